# about: only the L1 penalty
# points: 0.5
# names: L2 penalty left out

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L1_penalty * torch.abs(weights).sum()
