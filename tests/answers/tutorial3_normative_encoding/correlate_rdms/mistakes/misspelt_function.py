# about: a function that NumPy does not have
# points: 0
# names: name that the module does not have


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoeff(rdm1[pairs], rdm2[pairs])[0, 1]
