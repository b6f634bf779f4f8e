# about: correlation squared
# points: 2
# names: sign of the correlation lost

def RDM(resp):
    return 1 - np.corrcoef(resp) ** 2
