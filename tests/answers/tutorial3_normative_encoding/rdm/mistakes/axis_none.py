# about: zscore of the whole matrix
# points: 1.5
# names: whole matrix z-scored at once

def RDM(resp):
    Z = zscore(resp, axis=None)
    return 1 - Z @ Z.T / resp.shape[1]
