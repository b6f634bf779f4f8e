# about: indices for the three stimuli of the demonstration
# points: 0
# names: positions for 3 stimuli only

def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(3, k=1)
    return np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
