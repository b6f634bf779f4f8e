# about: the correlation itself
# points: 1.5
# names: one minus forgotten

def RDM(resp):
    return np.corrcoef(resp)
