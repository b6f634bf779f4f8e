# about: hands the shape to triu_indices
# points: 0
# names: number needed

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(rdm1.shape, k=1)
    return np.corrcoef(rdm1[i], rdm2[i])[0, 1]
