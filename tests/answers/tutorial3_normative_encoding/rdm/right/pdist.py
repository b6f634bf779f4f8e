# about: SciPy's pairwise distances, made square
# points: 5

def RDM(resp):
    from scipy.spatial.distance import pdist, squareform
    return squareform(pdist(resp, metric="correlation"))
