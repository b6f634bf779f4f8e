# about: np.dot of two equal matrices
# points: 0
# names: transpose missing


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - np.dot(Z, Z) / resp.shape[1]
