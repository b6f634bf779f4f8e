# about: returns the z-scores as well
# points: 0
# names: no array returned

def RDM(resp):
    Z = zscore(resp, axis=1)
    return Z, 1 - Z @ Z.T / resp.shape[1]
