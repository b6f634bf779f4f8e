# about: dissimilarity of the matrices
# points: 1
# names: one minus the correlation

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return 1 - np.corrcoef(rdm1[i], rdm2[i])[0, 1]
