# about: a formula over two lines without brackets
# points: 0
# names: formula over two lines

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    squares = torch.square(weights).sum()
    sizes = torch.abs(weights).sum()
    loss = nll + L2_penalty * squares
        + L1_penalty * sizes
    return loss
