# about: picks pairs in the first matrix only
# points: 0
# names: pairs picked in one matrix only


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[pairs], rdm2)[0, 1]
