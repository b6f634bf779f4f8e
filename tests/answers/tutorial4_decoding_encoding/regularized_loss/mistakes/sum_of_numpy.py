# about: sums with NumPy
# points: 0
# names: NumPy used

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * np.sum(weights**2) + L1_penalty * np.sum(np.abs(weights))
