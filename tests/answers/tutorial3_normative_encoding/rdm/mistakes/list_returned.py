# about: returns nested lists
# points: 4
# names: no array returned

def RDM(resp):
    return (1 - np.corrcoef(resp)).tolist()
