# about: transposes both factors
# points: 0
# names: transpose missing


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z.T @ Z.T / resp.shape[1]
