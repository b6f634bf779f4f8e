# about: standard deviations of the whole matrices
# points: 1
# names: covariance


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.cov(rdm1[pairs], rdm2[pairs])[0, 1] / np.std(rdm1) / np.std(rdm2)
