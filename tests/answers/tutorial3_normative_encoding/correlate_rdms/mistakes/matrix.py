# about: returns all four coefficients
# points: 0
# names: matrix of correlations returned

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[i], rdm2[i])
