# about: cosine of centred rows
# points: 5

def RDM(resp):
    x = resp - resp.mean(1)[:, None]
    x = x / np.linalg.norm(x, axis=1)[:, None]
    return 1 - x @ x.T
