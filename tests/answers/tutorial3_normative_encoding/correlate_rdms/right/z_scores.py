# about: mean product of z-scores
# points: 4

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return float(np.mean(zscore(rdm1[i]) * zscore(rdm2[i])))
