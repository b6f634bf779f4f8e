# about: adds in place of subtracting
# points: 1.5
# names: added to one


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 + Z @ Z.T / resp.shape[1]
