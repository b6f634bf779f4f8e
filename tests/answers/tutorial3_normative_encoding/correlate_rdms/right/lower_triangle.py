# about: the lower triangle of both
# points: 4

def correlate_rdms(rdm1, rdm2):
    i = np.tril_indices(rdm1.shape[0], k=-1)
    return np.corrcoef(rdm1[i], rdm2[i])[0, 1]
