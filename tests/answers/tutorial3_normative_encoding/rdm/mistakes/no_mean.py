# about: divides by the standard deviation and subtracts no mean
# points: 1.5
# names: mean not subtracted


def RDM(resp):
    Z = resp / resp.std(axis=1, keepdims=True)
    return 1 - Z @ Z.T / resp.shape[1]
