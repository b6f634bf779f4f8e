# about: swaps the arguments of triu_indices
# points: 0
# names: not finite


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(1, len(rdm1))
    return np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
