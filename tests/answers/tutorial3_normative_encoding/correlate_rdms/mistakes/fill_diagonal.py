# about: overwrites the caller's diagonals
# points: 3.5
# names: input overwritten

def correlate_rdms(rdm1, rdm2):
    np.fill_diagonal(rdm1, np.nan)
    np.fill_diagonal(rdm2, np.nan)
    keep = ~np.isnan(rdm1)
    return np.corrcoef(rdm1[keep], rdm2[keep])[0, 1]
