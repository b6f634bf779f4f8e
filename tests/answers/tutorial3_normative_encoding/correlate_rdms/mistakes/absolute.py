# about: size of the correlation
# points: 1
# names: sign lost

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return abs(np.corrcoef(rdm1[i], rdm2[i])[0, 1])
