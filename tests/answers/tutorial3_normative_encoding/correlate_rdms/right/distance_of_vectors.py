# about: one minus SciPy's correlation distance
# points: 4


def correlate_rdms(rdm1, rdm2):
    from scipy.spatial.distance import correlation

    pairs = np.triu_indices_from(rdm1, k=1)
    return 1 - correlation(rdm1[pairs], rdm2[pairs])
