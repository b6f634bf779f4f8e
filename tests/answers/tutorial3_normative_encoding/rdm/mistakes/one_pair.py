# about: the first pair only
# points: 0
# names: no matrix returned


def RDM(resp):
    return 1 - np.corrcoef(resp)[0, 1]
