# about: takes the largest coefficient
# points: 0
# names: always 1


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[pairs], rdm2[pairs]).max()
