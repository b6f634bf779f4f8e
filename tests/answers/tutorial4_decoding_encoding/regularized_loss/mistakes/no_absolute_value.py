# about: L1 without absolute value
# points: 1
# names: no absolute value

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.square(weights).sum() + L1_penalty * weights.sum()
