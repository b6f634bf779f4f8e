# about: the matrix 2-norm, squared
# points: 0.5
# names: norm of the matrix

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return (
        nll
        + L2_penalty * torch.linalg.norm(weights, 2) ** 2
        + L1_penalty * torch.abs(weights).sum()
    )
