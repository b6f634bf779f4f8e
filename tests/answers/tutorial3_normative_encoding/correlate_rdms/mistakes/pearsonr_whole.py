# about: coefficient and p-value
# points: 0
# names: no single number

def correlate_rdms(rdm1, rdm2):
    from scipy.stats import pearsonr
    i = np.triu_indices(len(rdm1), k=1)
    return tuple(pearsonr(rdm1[i], rdm2[i]))
