# about: leaves the second blank
# points: 0
# names: blank left over

def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    correlation = ...
    return correlation
