# about: correlation minus one
# points: 1.5
# names: subtraction turned round

def RDM(resp):
    Z = zscore(resp, axis=1)
    return Z @ Z.T / resp.shape[1] - 1
