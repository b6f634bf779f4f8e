# about: product of a vector and a matrix
# points: 0
# names: pairs picked in one matrix only


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    x = rdm1[pairs]
    return np.mean((x - x.mean()) * (rdm2 - rdm2.mean())) / (x.std() * rdm2.std())
