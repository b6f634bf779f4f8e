# about: reads the positions that the demonstration above made
# points: 0
# names: undefined name

def correlate_rdms(rdm1, rdm2):
    pairs = above
    return np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
