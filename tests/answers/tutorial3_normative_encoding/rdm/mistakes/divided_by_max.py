# about: scaled to a largest value of 1
# points: 2
# names: rescaled


def RDM(resp):
    rdm = 1 - np.corrcoef(resp)
    return rdm / rdm.max()
