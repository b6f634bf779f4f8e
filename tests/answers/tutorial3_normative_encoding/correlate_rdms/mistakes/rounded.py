# about: rounds to one decimal
# points: 1.5
# names: rounded

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return round(np.corrcoef(rdm1[i], rdm2[i])[0, 1], 1)
