# about: a scalar product and sign times weight
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    w = weights.reshape(-1)
    return nll + L2_penalty * torch.dot(w, w) + L1_penalty * (w * w.sign()).sum()
