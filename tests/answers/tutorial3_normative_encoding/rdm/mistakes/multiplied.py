# about: multiplies by the number of units
# points: 1.5
# names: not divided


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T * resp.shape[1]
