# about: wants the number of units as well
# points: 0
# names: signature changed

def RDM(resp, n_units):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T / n_units
