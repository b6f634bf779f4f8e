# about: only the L1 penalty detached
# points: 3.5
# names: L1 penalty cut off from the gradient

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return (
        nll + L2_penalty * torch.square(weights).sum() + L1_penalty * weights.detach().abs().sum()
    )
