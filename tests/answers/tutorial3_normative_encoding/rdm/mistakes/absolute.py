# about: size of the correlation
# points: 2
# names: sign of the correlation lost

def RDM(resp):
    return 1 - np.abs(np.corrcoef(resp))
