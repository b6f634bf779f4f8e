# about: rows share a mean but not a standard deviation
# points: 1.5
# names: whole matrix z-scored at once


def RDM(resp):
    Z = (resp - np.mean(resp)) / np.std(resp, axis=1, keepdims=True)
    return 1 - Z @ Z.T / resp.shape[1]
