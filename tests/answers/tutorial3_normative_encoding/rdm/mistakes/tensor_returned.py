# about: returns a tensor
# points: 4
# names: no array returned

def RDM(resp):
    Z = torch.tensor(zscore(resp, axis=1))
    return 1 - Z @ Z.T / resp.shape[1]
