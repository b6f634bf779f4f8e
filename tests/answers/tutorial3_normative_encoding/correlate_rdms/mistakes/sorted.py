# about: sorts both lists of pairs
# points: 1
# names: different pairs

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(np.sort(rdm1[i]), np.sort(rdm2[i]))[0, 1]
