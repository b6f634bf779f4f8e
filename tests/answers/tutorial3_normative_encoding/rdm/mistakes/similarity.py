# about: forgets one minus
# points: 1.5
# names: one minus forgotten

def RDM(resp):
    Z = zscore(resp, axis=1)
    return Z @ Z.T / resp.shape[1]
