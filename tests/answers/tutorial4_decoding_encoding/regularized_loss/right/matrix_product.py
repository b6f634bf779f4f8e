# about: squares as a matrix product, one number in a matrix
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    w = weights.reshape(-1, 1)
    return nll + L2_penalty * (w.T @ w) + L1_penalty * w.abs().sum()
