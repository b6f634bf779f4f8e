# about: prints instead of returning
# points: 0
# names: nothing returned

def RDM(resp):
    Z = zscore(resp, axis=1)
    print(1 - Z @ Z.T / resp.shape[1])
