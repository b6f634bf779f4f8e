# about: upper of one and lower of the other
# points: 1
# names: different pairs

def correlate_rdms(rdm1, rdm2):
    n = len(rdm1)
    return np.corrcoef(rdm1[np.triu_indices(n, 1)], rdm2[np.tril_indices(n, -1)])[0, 1]
