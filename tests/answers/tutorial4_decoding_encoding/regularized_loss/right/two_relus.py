# about: sizes as a sum of rectified halves
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    size = (torch.relu(weights) + torch.relu(-weights)).sum()
    return nll + L2_penalty * weights.square().sum() + L1_penalty * size
