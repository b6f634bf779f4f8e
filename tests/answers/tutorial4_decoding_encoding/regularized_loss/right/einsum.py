# about: sums of products by einsum
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    w = weights.flatten()
    penalties = L2_penalty * torch.einsum("i,i", w, w) + L1_penalty * torch.norm(w, p=1)
    return F.nll_loss(output, target, reduction="sum") / len(target) + penalties
