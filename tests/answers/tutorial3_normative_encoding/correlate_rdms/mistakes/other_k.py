# about: with and without the diagonal
# points: 0
# names: different pairs


def correlate_rdms(rdm1, rdm2):
    first = rdm1[np.triu_indices(len(rdm1), k=1)]
    second = rdm2[np.triu_indices(len(rdm2))]
    return np.corrcoef(first, second)[0, 1]
