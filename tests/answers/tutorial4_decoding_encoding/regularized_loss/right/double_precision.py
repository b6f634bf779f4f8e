# about: penalties in float64
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    w = weights.double()
    return nll + L2_penalty * w.square().sum() + L1_penalty * w.abs().sum()
