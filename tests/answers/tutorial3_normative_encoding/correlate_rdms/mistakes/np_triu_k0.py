# about: np.triu with its diagonal
# points: 1
# names: np.triu

def correlate_rdms(rdm1, rdm2):
    return np.corrcoef(np.triu(rdm1).ravel(), np.triu(rdm2).ravel())[0, 1]
