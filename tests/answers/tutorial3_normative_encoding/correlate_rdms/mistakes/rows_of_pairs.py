# about: the rows of the pairs, whole
# points: 0
# names: always 1


def correlate_rdms(rdm1, rdm2):
    rows, columns = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[rows], rdm2[rows])[0, 1]
