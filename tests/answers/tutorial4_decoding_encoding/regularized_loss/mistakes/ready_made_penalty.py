# about: the library's penalty
# points: 0.5
# names: ready-made loss used

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    import nmautils as nma

    penalty = nma.regularized_MSE_loss(output, output, weights, L2_penalty, L1_penalty)
    return F.nll_loss(output, target) + penalty
