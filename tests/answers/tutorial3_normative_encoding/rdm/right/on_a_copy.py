# about: overwrites a copy of its own
# points: 5

def RDM(resp):
    resp = resp.copy().astype(float)
    resp -= resp.mean(axis=1, keepdims=True)
    resp /= resp.std(axis=1, keepdims=True)
    rdm = resp @ resp.T
    rdm /= resp.shape[1]
    return 1 - rdm
