# about: a name that does not exist
# points: 0
# names: undefined name

def RDM(resp):
    Z = zscore(response, axis=1)
    return 1 - Z @ Z.T / resp.shape[1]
