# about: z-scores are made and never used
# points: 1.5
# names: raw responses multiplied


def RDM(resp):
    zscore(resp, axis=1)
    return 1 - resp @ resp.T / resp.shape[1]
