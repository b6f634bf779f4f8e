# about: one row of the four coefficients
# points: 0
# names: no single number

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm1[i], rdm2[i])[0]
