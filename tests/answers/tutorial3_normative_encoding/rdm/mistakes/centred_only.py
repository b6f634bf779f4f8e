# about: mean subtracted, not divided by the standard deviation
# points: 1.5
# names: covariance

def RDM(resp):
    Z = resp - resp.mean(axis=1, keepdims=True)
    return 1 - Z @ Z.T / resp.shape[1]
