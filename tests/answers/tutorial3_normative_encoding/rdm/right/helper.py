# about: a helper of its own, pair by pair
# points: 5

def dissimilarity_of(a, b):
    a, b = a - np.mean(a), b - np.mean(b)
    return 1 - np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2))


def RDM(resp):
    return np.array([[dissimilarity_of(a, b) for b in resp] for a in resp])
