# about: correlates the columns
# points: 0.5
# names: units compared

def RDM(resp):
    return 1 - np.corrcoef(resp.T)
