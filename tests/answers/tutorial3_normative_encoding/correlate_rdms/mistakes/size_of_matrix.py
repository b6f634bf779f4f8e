# about: as many stimuli as the matrix has entries
# points: 0
# names: positions beyond the matrix


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(rdm1.size, k=1)
    return np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
