# about: standardises the caller's array
# points: 4.5
# names: input overwritten

def RDM(resp):
    resp -= resp.mean(axis=1, keepdims=True)
    resp /= resp.std(axis=1, keepdims=True)
    return 1 - resp @ resp.T / resp.shape[1]
