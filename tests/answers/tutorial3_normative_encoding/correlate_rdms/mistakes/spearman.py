# about: rank correlation
# points: 2.5
# names: rank correlation

def correlate_rdms(rdm1, rdm2):
    from scipy.stats import spearmanr
    i = np.triu_indices(len(rdm1), k=1)
    return spearmanr(rdm1[i], rdm2[i])[0]
