# about: functional, in one line
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    return (
        F.nll_loss(output, target)
        + L2_penalty * (weights**2).sum()
        + L1_penalty * weights.abs().sum()
    )
