# about: a name that does not exist
# points: 0
# names: undefined name

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm_1[i], rdm2[i])[0, 1]
