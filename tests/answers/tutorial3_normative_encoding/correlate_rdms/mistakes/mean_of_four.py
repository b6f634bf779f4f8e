# about: averages the four coefficients
# points: 1
# names: averaged over all four


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[pairs], rdm2[pairs]).mean()
