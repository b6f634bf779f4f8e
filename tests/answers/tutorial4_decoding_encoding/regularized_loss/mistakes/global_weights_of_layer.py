# about: penalises the weights of a network of the notebook
# points: 0
# names: weights of a global network

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    squares = torch.square(net_cls.in_layer.weight).sum()
    sizes = torch.abs(net_cls.in_layer.weight).sum()
    return nll + L2_penalty * squares + L1_penalty * sizes
