# about: divides by the number of entries
# points: 1.5
# names: divided by all entries


def RDM(resp):
    Z = zscore(resp, axis=1)
    return 1 - Z @ Z.T / resp.size
