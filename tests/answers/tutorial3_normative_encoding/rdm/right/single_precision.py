# about: everything in float32
# points: 5

def RDM(resp):
    Z = zscore(resp.astype(np.float32), axis=1)
    return 1 - Z @ Z.T / np.float32(Z.shape[1])
