# about: a function that NumPy does not have
# points: 0
# names: no such function


def RDM(resp):
    return 1 - np.corrcoeff(resp)
