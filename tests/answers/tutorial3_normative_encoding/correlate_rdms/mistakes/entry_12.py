# about: counts the coefficients from one
# points: 0
# names: no such coefficient


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[pairs], rdm2[pairs])[1, 2]
