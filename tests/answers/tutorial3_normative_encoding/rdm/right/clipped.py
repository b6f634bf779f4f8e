# about: tidies the rounding of the ends
# points: 5

def RDM(resp):
    Z = zscore(resp, axis=1)
    rdm = np.clip(1 - Z @ Z.T / Z.shape[1], 0, 2)
    np.fill_diagonal(rdm, 0)
    return (rdm + rdm.T) / 2
