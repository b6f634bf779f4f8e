# about: says keepdim in place of keepdims
# points: 0
# names: torch's words for an array


def RDM(resp):
    Z = (resp - resp.mean(axis=1, keepdim=True)) / resp.std(axis=1, keepdim=True)
    return 1 - Z @ Z.T / resp.shape[1]
