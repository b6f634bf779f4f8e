# about: similarities of the rows first
# points: 1
# names: RDMs changed first


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(np.corrcoef(rdm1)[pairs], np.corrcoef(rdm2)[pairs])[0, 1]
