# about: starts two above the diagonal
# points: 1.5
# names: pairs left out
# also: value not finite

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=2)
    return np.corrcoef(rdm1[i], rdm2[i])[0, 1]
