# about: adds the terms one by one
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    loss_fn = nn.NLLLoss()
    loss = loss_fn(output, target)
    loss += L2_penalty * torch.square(weights).sum()
    loss += L1_penalty * torch.abs(weights).sum()
    return loss
