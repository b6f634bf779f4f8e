# about: the data term only
# points: 0.5
# names: penalties left out

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll
