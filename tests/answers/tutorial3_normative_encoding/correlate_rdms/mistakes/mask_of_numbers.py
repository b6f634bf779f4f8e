# about: a mask of zeros and ones
# points: 0
# names: matrix used as positions


def correlate_rdms(rdm1, rdm2):
    upper = np.triu(np.ones(rdm1.shape), k=1)
    return np.corrcoef(rdm1[upper], rdm2[upper])[0, 1]
