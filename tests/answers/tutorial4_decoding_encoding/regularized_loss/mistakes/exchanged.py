# about: strengths exchanged
# points: 0.5
# names: penalties exchanged

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L1_penalty * torch.square(weights).sum() + L2_penalty * torch.abs(weights).sum()
