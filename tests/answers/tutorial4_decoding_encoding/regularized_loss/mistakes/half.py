# about: factor one half
# points: 0.5
# names: factor one half

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return (
        nll + 0.5 * L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
    )
