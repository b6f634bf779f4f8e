# about: picks the log probabilities by hand
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    rows = torch.arange(len(target))
    nll = -output[rows, target].mean()
    return nll + L2_penalty * weights.square().sum() + L1_penalty * weights.abs().sum()
