# about: every pair twice, which changes nothing
# points: 4

def correlate_rdms(rdm1, rdm2):
    off = ~np.eye(len(rdm1), dtype=bool)
    return np.corrcoef(rdm1[off], rdm2[off])[0, 1]
