# about: square of the sum
# points: 0.5
# names: square of the sum

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * weights.sum() ** 2 + L1_penalty * torch.abs(weights).sum()
