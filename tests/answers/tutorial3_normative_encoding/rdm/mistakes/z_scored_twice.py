# about: rows, then columns
# points: 1.5
# names: z-scored over stimuli


def RDM(resp):
    Z = zscore(zscore(resp, axis=1), axis=0)
    return 1 - Z @ Z.T / resp.shape[1]
