# about: the r of a straight line
# points: 4


def correlate_rdms(rdm1, rdm2):
    from scipy.stats import linregress

    pairs = np.triu_indices(len(rdm1), k=1)
    return linregress(rdm1[pairs], rdm2[pairs]).rvalue
