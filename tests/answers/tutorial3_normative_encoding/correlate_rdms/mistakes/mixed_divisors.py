# about: sample covariance, population deviations
# points: 1
# names: N and N - 1 mixed

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.cov(rdm1[i], rdm2[i])[0, 1] / (rdm1[i].std() * rdm2[i].std())
