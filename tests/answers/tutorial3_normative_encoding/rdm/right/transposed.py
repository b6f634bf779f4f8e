# about: columns of the transposed matrix
# points: 5

def RDM(resp):
    Z = zscore(resp.T, axis=0)
    return 1 - Z.T @ Z / Z.shape[0]
