# about: k=0
# points: 1
# names: diagonal included

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=0)
    return np.corrcoef(rdm1[i], rdm2[i])[0, 1]
