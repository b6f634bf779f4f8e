# about: indexes with np.triu of the matrix
# points: 0
# names: matrix used as positions


def correlate_rdms(rdm1, rdm2):
    return np.corrcoef(rdm1[np.triu(rdm1, k=1)], rdm2[np.triu(rdm2, k=1)])[0, 1]
