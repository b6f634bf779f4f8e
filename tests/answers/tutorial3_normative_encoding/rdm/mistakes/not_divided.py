# about: sum in place of the average
# points: 1.5
# names: not divided

def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T
