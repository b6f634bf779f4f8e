# about: prints instead of returning
# points: 0
# names: nothing returned

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    print(np.corrcoef(rdm1[i], rdm2[i])[0, 1])
    return None
