# about: only the L2 penalty
# points: 1
# names: L1 penalty left out

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.square(weights).sum()
