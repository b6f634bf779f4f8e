# about: mean of the correlations of rows
# points: 1
# names: row by row

def correlate_rdms(rdm1, rdm2):
    return np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(rdm1, rdm2)])
