# about: uses the notebook's responses
# points: 0
# names: resp_v1

def RDM(resp):
    Z = zscore(resp_v1, axis=1)
    return 1 - Z @ Z.T / resp_v1.shape[1]
