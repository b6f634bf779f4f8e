# about: puts nan on the diagonal
# points: 0
# names: not finite

def RDM(resp):
    rdm = 1 - np.corrcoef(resp)
    np.fill_diagonal(rdm, np.nan)
    return rdm
