# about: each z-score is divided by the number of units
# points: 1.5
# names: divided twice


def RDM(resp):
    Z = zscore(resp, axis=1) / resp.shape[1]
    return 1 - Z @ Z.T
