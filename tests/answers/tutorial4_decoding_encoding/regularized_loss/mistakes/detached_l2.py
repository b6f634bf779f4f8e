# about: only the L2 penalty detached
# points: 3.5
# names: L2 penalty cut off from the gradient

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * weights.data.square().sum() + L1_penalty * torch.abs(weights).sum()
