# about: sample standard deviation, but divides by N
# points: 1.5
# names: divided by N - 1

def RDM(resp):
    Z = zscore(resp, axis=1, ddof=1)
    return 1 - Z @ Z.T / resp.shape[1]
