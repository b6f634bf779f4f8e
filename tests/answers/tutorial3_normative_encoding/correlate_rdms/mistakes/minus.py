# about: sign turned round
# points: 1
# names: sign lost or turned


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return -np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
