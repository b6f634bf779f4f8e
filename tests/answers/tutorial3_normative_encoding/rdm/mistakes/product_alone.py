# about: the product, neither averaged nor subtracted
# points: 1.5
# names: product alone


def RDM(resp):
    Z = zscore(resp, axis=1)
    return Z @ Z.T
