# about: weights detached
# points: 3.5
# names: cut off from the gradient

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    w = weights.detach()
    return nll + L2_penalty * w.square().sum() + L1_penalty * w.abs().sum()
