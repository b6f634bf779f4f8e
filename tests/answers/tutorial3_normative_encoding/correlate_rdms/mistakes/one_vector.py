# about: forgets the second vector
# points: 0
# names: picked from a single number


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[pairs])[0, 1]
