# about: a caret for the power
# points: 0
# names: no power sign

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * (weights ^ 2).sum() + L1_penalty * torch.abs(weights).sum()
