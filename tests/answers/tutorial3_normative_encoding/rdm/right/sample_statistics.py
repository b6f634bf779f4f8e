# about: N - 1 in both places
# points: 5

def RDM(resp):
    n_stimuli, n_units = resp.shape
    Z = zscore(resp, axis=1, ddof=1)
    return np.ones((n_stimuli, n_stimuli)) - Z.dot(Z.T) / (n_units - 1)
