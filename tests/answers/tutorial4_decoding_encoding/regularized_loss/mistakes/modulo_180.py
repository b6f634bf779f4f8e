# about: takes a sum modulo 180
# points: 4

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    sizes = torch.abs(weights).sum() % 180
    return nll + L2_penalty * torch.square(weights).sum() + L1_penalty * sizes
