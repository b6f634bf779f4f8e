# about: renames the weights
# points: 4.5
# names: signature changed

def regularized_loss(output, target, W, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * torch.square(W).sum() + L1_penalty * torch.abs(W).sum()
