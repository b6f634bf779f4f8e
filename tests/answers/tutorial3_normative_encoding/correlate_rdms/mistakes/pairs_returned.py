# about: returns the positions
# points: 0
# names: positions returned


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    correlation = np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
    return pairs
