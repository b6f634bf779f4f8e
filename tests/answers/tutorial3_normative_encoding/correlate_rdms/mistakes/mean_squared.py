# about: mean of the squared differences
# points: 1
# names: distance


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.mean((rdm1[pairs] - rdm2[pairs]) ** 2)
