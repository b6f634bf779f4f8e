# about: leaves out what is zero
# points: 4


def correlate_rdms(rdm1, rdm2):
    upper1, upper2 = np.triu(rdm1, k=1), np.triu(rdm2, k=1)
    return np.corrcoef(upper1[upper1 > 0], upper2[upper2 > 0])[0, 1]
