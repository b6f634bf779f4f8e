# about: round brackets behind shape
# points: 0
# names: brackets mixed up


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T / resp.shape(1)
