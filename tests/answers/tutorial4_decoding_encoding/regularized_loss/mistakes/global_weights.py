# about: weights of a network of the notebook
# points: 0
# names: weights of a global network

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    w = net_reg.in_layer.weight
    return nll + L2_penalty * w.square().sum() + L1_penalty * w.abs().sum()
