# about: p-value in place of the coefficient
# points: 0
# names: p-value returned

def correlate_rdms(rdm1, rdm2):
    from scipy.stats import pearsonr
    i = np.triu_indices(len(rdm1), k=1)
    return pearsonr(rdm1[i], rdm2[i])[1]
