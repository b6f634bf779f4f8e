# about: divides by the variance
# points: 1.5
# names: divided by the variance

def RDM(resp):
    Z = (resp - resp.mean(1, keepdims=True)) / resp.var(1, keepdims=True)
    return 1 - Z @ Z.T / resp.shape[1]
