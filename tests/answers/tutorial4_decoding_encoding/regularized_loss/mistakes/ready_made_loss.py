# about: the library's loss
# points: 0
# names: ready-made loss used

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    from nmautils import regularized_MSE_loss

    return regularized_MSE_loss(output, target, weights, L2_penalty, L1_penalty)
