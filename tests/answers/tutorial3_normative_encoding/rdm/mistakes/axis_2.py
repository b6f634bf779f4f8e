# about: counts axes from one
# points: 0
# names: axis that is not there


def RDM(resp):
    Z = zscore(resp, axis=2)
    return 1 - Z @ Z.T / resp.shape[1]
