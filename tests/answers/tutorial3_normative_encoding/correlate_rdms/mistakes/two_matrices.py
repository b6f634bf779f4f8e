# about: corrcoef of two matrices
# points: 1
# names: pairs not picked
# also: argument ignored

def correlate_rdms(rdm1, rdm2):
    return np.corrcoef(rdm1, rdm2)[0, 1]
