# about: mean squared error as data term
# points: 0
# names: data term not as asked

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.MSELoss()(output, target)
    return nll + L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
