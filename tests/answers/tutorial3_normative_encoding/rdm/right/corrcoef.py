# about: NumPy does it
# points: 5

def RDM(resp):
    return 1 - np.corrcoef(resp)
