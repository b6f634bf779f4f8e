# about: torch.sq
# points: 0
# names: name that the module does not have

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.sq(weights).sum() + L1_penalty * torch.abs(weights).sum()
