# about: multiplies Z with itself
# points: 0
# names: transpose missing

def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z / resp.shape[1]
