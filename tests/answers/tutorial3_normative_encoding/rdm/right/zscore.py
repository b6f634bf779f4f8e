# about: z-scores and one matrix product
# points: 5

def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T / resp.shape[1]
