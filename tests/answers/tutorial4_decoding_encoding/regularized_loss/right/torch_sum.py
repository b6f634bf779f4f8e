# about: torch.sum and powers
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.sum(weights.pow(2)) + L1_penalty * torch.sum(torch.abs(weights))
