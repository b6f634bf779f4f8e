# about: cosine distance
# points: 2
# names: mean not subtracted

def RDM(resp):
    norm = np.linalg.norm(resp, axis=1)
    return 1 - resp @ resp.T / np.outer(norm, norm)
