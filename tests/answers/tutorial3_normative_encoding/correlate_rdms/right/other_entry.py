# about: the other off-diagonal entry
# points: 4

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm2[i], rdm1[i])[1, 0].item()
