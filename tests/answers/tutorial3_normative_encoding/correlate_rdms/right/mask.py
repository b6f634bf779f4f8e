# about: a mask of the upper triangle
# points: 4

def correlate_rdms(rdm1, rdm2):
    upper = np.triu(np.ones(rdm1.shape, dtype=bool), k=1)
    return np.corrcoef(rdm1[upper], rdm2[upper])[0, 1]
