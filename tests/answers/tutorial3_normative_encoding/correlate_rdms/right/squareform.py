# about: condensed by SciPy
# points: 4

def correlate_rdms(rdm1, rdm2):
    from scipy.spatial.distance import squareform
    return float(np.corrcoef(squareform(rdm1, checks=False), squareform(rdm2, checks=False))[0, 1])
