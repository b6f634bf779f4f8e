# about: CrossEntropyLoss as data term
# points: 3.5
# names: CrossEntropyLoss

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.CrossEntropyLoss()(output, target)
    return nll + L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
