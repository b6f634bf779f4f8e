# about: an argument that corrcoef does not have
# points: 0
# names: argument that is not there


def RDM(resp):
    return 1 - np.corrcoef(resp, axis=1)
