# about: squares the strength as well
# points: 0.5
# names: strength inside the square

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return (
        nll
        + torch.square(L2_penalty * weights).sum()
        + L1_penalty * torch.abs(weights).sum()
    )
