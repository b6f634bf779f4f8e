# about: SciPy's distances between two sets
# points: 5

def RDM(resp):
    from scipy.spatial import distance
    return distance.cdist(resp, resp, "correlation")
