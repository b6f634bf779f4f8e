# about: mean of the squares
# points: 0.5
# names: mean of squares

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * weights.square().mean() + L1_penalty * torch.abs(weights).sum()
