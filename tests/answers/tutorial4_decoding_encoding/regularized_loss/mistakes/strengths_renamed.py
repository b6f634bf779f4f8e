# about: renames the strengths
# points: 0.5
# names: signature changed

def regularized_loss(output, target, weights, l2=0, l1=0):
    nll = nn.NLLLoss()(output, target)
    return nll + l2 * torch.square(weights).sum() + l1 * torch.abs(weights).sum()
