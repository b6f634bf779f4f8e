# about: Euclidean distance
# points: 1.5
# names: distance

def RDM(resp):
    return np.sqrt(((resp[:, None] - resp[None]) ** 2).sum(-1))
