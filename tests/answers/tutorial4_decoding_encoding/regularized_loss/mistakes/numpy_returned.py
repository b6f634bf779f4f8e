# about: goes through NumPy
# points: 0
# names: NumPy used

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    w = weights.numpy()
    return nll + L2_penalty * (w**2).sum() + L1_penalty * np.abs(w).sum()
