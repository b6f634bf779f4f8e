# about: element by element with the transpose
# points: 0
# names: element-wise product

def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z * Z.T / resp.shape[1]
