# about: sums the products of z-scores
# points: 1
# names: not averaged


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.sum(zscore(rdm1[pairs]) * zscore(rdm2[pairs]))
