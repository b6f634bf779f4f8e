# about: leaves a blank
# points: 0
# names: blank left over

def RDM(resp):
    Z = ...
    rdm = 1 - Z @ Z.T / resp.shape[1]
    return rdm
