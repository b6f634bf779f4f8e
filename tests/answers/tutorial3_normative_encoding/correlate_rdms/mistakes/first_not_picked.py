# about: picks pairs in the second matrix only
# points: 0
# names: pairs picked in one matrix only


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1, rdm2[pairs])[0, 1]
