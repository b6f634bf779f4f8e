# about: a vector with itself
# points: 0
# names: always 1

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[i], rdm2[i])[0, 0]
