# about: sizes in both penalties
# points: 0.5
# names: absolute values for L2

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.abs(weights).sum() + L1_penalty * torch.abs(weights).sum()
