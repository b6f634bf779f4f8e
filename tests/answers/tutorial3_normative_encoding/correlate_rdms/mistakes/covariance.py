# about: covariance
# points: 1
# names: covariance

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.cov(rdm1[i], rdm2[i])[0, 1]
