# about: the first row only
# points: 1.5
# names: only one row

def correlate_rdms(rdm1, rdm2):
    return np.corrcoef(rdm1[0, 1:], rdm2[0, 1:])[0, 1]
