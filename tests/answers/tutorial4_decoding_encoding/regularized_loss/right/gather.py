# about: gathers the log probabilities
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = -output.gather(1, target[:, None]).mean()
    return nll + L2_penalty * (weights * weights).sum() + L1_penalty * weights.abs().sum()
