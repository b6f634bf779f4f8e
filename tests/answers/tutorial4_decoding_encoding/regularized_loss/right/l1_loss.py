# about: penalties as distances from zero
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    zero = torch.zeros_like(weights)
    squares = F.mse_loss(weights, zero, reduction="sum")
    sizes = F.l1_loss(weights, zero, reduction="sum")
    return nn.NLLLoss()(output, target) + L2_penalty * squares + L1_penalty * sizes
