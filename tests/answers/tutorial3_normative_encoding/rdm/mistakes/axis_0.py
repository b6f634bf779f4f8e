# about: z-scores over stimuli
# points: 1.5
# names: z-scored over stimuli

def RDM(resp):
    Z = zscore(resp, axis=0)
    return 1 - Z @ Z.T / resp.shape[1]
