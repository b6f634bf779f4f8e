# about: divides by the variances
# points: 1
# names: divided by the variances


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    x, y = rdm1[pairs], rdm2[pairs]
    return np.mean((x - x.mean()) * (y - y.mean())) / (x.var() * y.var())
