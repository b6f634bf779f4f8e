# about: asks the array for its z-scores
# points: 0
# names: zscore looked for elsewhere


def RDM(resp):
    Z = resp.zscore(axis=1)
    return 1 - Z @ Z.T / resp.shape[1]
