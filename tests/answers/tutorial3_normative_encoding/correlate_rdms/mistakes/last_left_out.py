# about: one stimulus too few
# points: 1.5
# names: pairs left out
# also: value not finite


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1) - 1, k=1)
    return np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
