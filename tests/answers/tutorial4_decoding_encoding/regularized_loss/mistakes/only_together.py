# about: penalties only if both are positive
# points: 3
# names: penalties only together

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    if L2_penalty > 0 and L1_penalty > 0:
        return (
            nll + L2_penalty * torch.square(weights).sum() + L1_penalty * torch.abs(weights).sum()
        )
    return nll
