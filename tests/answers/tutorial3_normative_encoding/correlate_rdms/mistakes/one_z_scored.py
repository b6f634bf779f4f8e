# about: z-scores one of the two vectors
# points: 1
# names: covariance


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.mean(zscore(rdm1[pairs]) * rdm2[pairs])
