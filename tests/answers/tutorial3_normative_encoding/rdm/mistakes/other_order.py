# about: units on both axes
# points: 0.5
# names: units compared

def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z.T @ Z / resp.shape[1]
