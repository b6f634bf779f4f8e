# about: looks for zscore in NumPy
# points: 0
# names: name that the module does not have


def RDM(resp):
    Z = np.zscore(resp, axis=1)
    return 1 - Z @ Z.T / resp.shape[1]
