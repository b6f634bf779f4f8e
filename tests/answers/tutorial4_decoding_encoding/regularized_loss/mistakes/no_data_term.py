# about: the data term is missing
# points: 0
# names: data term left out

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    return L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
