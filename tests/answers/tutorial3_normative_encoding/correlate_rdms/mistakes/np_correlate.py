# about: np.correlate in place of np.corrcoef
# points: 0
# names: np.correlate


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.correlate(rdm1[pairs], rdm2[pairs])
