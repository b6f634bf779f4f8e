# about: returns what the first line made
# points: 0.5
# names: z-scores returned


def RDM(resp):
    Z = zscore(resp, axis=1)
    rdm = 1 - Z @ Z.T / resp.shape[1]
    return Z
