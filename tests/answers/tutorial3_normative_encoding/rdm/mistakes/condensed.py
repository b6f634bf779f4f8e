# about: returns the pairs only
# points: 0
# names: only the pairs

def RDM(resp):
    from scipy.spatial.distance import pdist
    return pdist(resp, "correlation")
