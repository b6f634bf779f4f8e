# about: takes a pair of matrices
# points: 0
# names: signature changed

def correlate_rdms(rdms):
    i = np.triu_indices(len(rdms[0]), k=1)
    return np.corrcoef(rdms[0][i], rdms[1][i])[0, 1]
