# about: strengths of the demonstration
# points: 0
# names: strengths hard-coded

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + 1e-2 * weights.square().sum() + 5e-4 * weights.abs().sum()
