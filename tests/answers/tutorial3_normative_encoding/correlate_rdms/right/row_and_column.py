# about: indices unpacked
# points: 4

def correlate_rdms(rdm1, rdm2):
    rows, columns = np.triu_indices_from(rdm1, 1)
    return np.corrcoef(rdm1[rows, columns], rdm2[rows, columns])[0][1]
