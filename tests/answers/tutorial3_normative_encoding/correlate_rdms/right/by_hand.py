# about: covariance over standard deviations
# points: 4

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    x, y = rdm1[i] - rdm1[i].mean(), rdm2[i] - rdm2[i].mean()
    return np.mean(x * y) / np.sqrt(np.mean(x**2) * np.mean(y**2))
