# about: puts ones on the diagonal
# points: 1.5
# names: diagonal

def RDM(resp):
    rdm = 1 - np.corrcoef(resp)
    np.fill_diagonal(rdm, 1)
    return rdm
