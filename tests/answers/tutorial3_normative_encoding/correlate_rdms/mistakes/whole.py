# about: flattens both matrices
# points: 1
# names: whole matrices correlated

def correlate_rdms(rdm1, rdm2):
    return np.corrcoef(rdm1.flatten(), rdm2.flatten())[0, 1]
