# about: squared 2-norm and 1-norm
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    w = weights.flatten()
    return nll + L2_penalty * torch.linalg.norm(w) ** 2 + L1_penalty * torch.linalg.norm(w, 1)
