# about: penalises the output
# points: 0.5
# names: output penalised

def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    nll = nn.NLLLoss()(output, target)
    return nll + L2_penalty * output.square().sum() + L1_penalty * output.abs().sum()
