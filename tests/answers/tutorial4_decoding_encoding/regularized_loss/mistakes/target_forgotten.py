# about: hands no target to the loss
# points: 0
# names: loss called with one thing

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output)
    return nll + L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
