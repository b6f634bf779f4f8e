# about: divides by the number of stimuli
# points: 1.5
# names: divided by the number of stimuli

def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T / resp.shape[0]
