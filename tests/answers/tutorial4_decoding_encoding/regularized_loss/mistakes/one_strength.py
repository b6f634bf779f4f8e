# about: one strength for both
# points: 0.5
# names: one strength for both

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * (torch.square(weights).sum() + torch.abs(weights).sum())
