# about: no brackets behind transpose
# points: 0
# names: brackets mixed up


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.transpose / resp.shape[1]
