# about: each row z-scored by itself
# points: 5


def RDM(resp):
    Z = np.array([zscore(row) for row in resp])
    return np.array([[1 - (a * b).mean() for b in Z] for a in Z])
