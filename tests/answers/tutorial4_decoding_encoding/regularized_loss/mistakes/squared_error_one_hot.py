# about: squared error against one-hot targets
# points: 1
# names: squared error as data term

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.MSELoss()(output, F.one_hot(target, output.shape[1]).float())
    return nll + L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
