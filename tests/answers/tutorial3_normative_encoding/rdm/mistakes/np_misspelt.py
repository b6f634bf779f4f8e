# about: a function that NumPy does not have
# points: 0
# names: name that the module does not have


def RDM(resp):
    return 1 - np.corrcoeff(resp)
