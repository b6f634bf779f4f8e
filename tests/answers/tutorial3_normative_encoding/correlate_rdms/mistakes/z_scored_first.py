# about: z-scores both matrices first
# points: 1
# names: RDMs changed first


def correlate_rdms(rdm1, rdm2):
    pairs = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(zscore(rdm1)[pairs], zscore(rdm2)[pairs])[0, 1]
