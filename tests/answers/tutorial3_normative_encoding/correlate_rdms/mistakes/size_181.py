# about: indices for 181 stimuli
# points: 0
# names: positions beyond the matrix

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(181, k=1)
    return np.corrcoef(rdm1[i], rdm2[i])[0, 1]
