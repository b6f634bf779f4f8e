# about: strengths swapped in the first line
# points: 4
# names: signature changed

def regularized_loss(output, target, weights, L1_penalty=0, L2_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
