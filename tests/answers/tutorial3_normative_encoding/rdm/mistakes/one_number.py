# about: averages everything
# points: 0
# names: no matrix returned


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - (Z @ Z.T).mean()
