# about: leaves the axis of zscore out, which is then 0
# points: 1.5
# names: z-scored over stimuli

def RDM(resp):
    Z = zscore(resp)
    return 1 - Z @ Z.T / resp.shape[1]
