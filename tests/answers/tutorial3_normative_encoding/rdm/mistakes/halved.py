# about: squeezed into the range 0 to 1
# points: 2
# names: rescaled

def RDM(resp):
    Z = zscore(resp, axis=1)
    return (1 - Z @ Z.T / resp.shape[1]) / 2
