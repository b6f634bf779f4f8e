# about: torch.norm for L2
# points: 0.5
# names: norm in place of the sum of squares

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.norm(weights) + L1_penalty * torch.abs(weights).sum()
