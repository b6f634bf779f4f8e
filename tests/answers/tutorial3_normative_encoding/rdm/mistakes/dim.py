# about: says dim in place of axis
# points: 0
# names: torch's words for an array


def RDM(resp):
    Z = zscore(resp, dim=1)
    return 1 - Z @ Z.T / resp.shape[1]
