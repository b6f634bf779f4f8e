# about: slope of the best line
# points: 1.5
# names: slope of a line


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.polyfit(rdm1[pairs], rdm2[pairs], 1)[0]
