# about: hands k to len
# points: 0
# names: brackets mixed up


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1, k=1))
    return np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
