# about: leaves the second blank
# points: 0
# names: blank left over

def RDM(resp):
    Z = zscore(resp, axis=1)
    rdm = ...
    return rdm
