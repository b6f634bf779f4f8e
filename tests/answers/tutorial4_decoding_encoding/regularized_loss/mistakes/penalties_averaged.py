# about: divides the penalties by the number of stimuli
# points: 0.5
# names: divided by the number of stimuli

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    penalty = L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
    return nll + penalty / len(target)
