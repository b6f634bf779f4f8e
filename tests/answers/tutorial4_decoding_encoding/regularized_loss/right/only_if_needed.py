# about: skips a penalty of strength 0
# points: 5

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    loss = F.nll_loss(output, target)
    if L2_penalty:
        loss = loss + L2_penalty * weights.square().sum()
    if L1_penalty > 0:
        loss = loss + L1_penalty * weights.abs().sum()
    return loss
