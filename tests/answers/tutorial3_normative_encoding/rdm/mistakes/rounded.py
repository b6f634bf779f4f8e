# about: rounds to two decimals
# points: 3
# names: rounded

def RDM(resp):
    return np.round(1 - np.corrcoef(resp), 2)
