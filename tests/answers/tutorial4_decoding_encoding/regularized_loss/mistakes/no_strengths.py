# about: strengths forgotten
# points: 0
# names: strengths left out

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + weights.square().sum() + weights.abs().sum()
