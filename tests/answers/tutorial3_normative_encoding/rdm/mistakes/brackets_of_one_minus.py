# about: subtracts before it divides
# points: 1.5
# names: one minus divided as well


def RDM(resp):
    Z = zscore(resp, axis=1)
    return (1 - Z @ Z.T) / resp.shape[1]
