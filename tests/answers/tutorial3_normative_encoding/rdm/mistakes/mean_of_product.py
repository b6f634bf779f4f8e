# about: averages over stimuli in place of units
# points: 0
# names: no matrix returned


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - np.mean(Z @ Z.T, axis=1)
