# about: leaves a blank
# points: 1
# names: pairs not picked
# also: argument ignored

def correlate_rdms(rdm1, rdm2):
    pairs = ...
    correlation = np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
    return correlation
