# about: another rank correlation
# points: 1.5
# names: rank correlation

def correlate_rdms(rdm1, rdm2):
    from scipy.stats import kendalltau
    i = np.triu_indices(len(rdm1), k=1)
    return kendalltau(rdm1[i], rdm2[i])[0]
