# about: the matrix 1-norm
# points: 1
# names: largest sum of a column

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return (
        nll + L2_penalty * torch.square(weights).sum() + L1_penalty * torch.linalg.norm(weights, 1)
    )
