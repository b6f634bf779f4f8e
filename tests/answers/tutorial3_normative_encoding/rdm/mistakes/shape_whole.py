# about: divides by both sizes
# points: 0
# names: both sizes at once


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T / resp.shape
