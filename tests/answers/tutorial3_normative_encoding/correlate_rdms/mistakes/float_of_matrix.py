# about: turns all four coefficients into a number
# points: 0
# names: matrix of correlations returned


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return float(np.corrcoef(rdm1[pairs], rdm2[pairs]))
