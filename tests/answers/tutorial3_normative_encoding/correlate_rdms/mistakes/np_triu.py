# about: zeros below the diagonal count
# points: 1
# names: zeros of np.triu counted

def correlate_rdms(rdm1, rdm2):
    return np.corrcoef(np.triu(rdm1, 1).ravel(), np.triu(rdm2, 1).ravel())[0, 1]
