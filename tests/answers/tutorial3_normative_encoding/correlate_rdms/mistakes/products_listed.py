# about: a product for each pair
# points: 0
# names: no single number


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return zscore(rdm1[pairs]) * zscore(rdm2[pairs])
