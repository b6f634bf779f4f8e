# about: product element by element
# points: 0.5
# names: element-wise product

def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z * Z / resp.shape[1]
