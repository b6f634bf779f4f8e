# about: a root at the end
# points: 2
# names: rescaled


def RDM(resp):
    return np.sqrt(np.clip(1 - np.corrcoef(resp), 0, None))
