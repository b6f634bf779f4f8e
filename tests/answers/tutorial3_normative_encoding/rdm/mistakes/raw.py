# about: no z-scores at all
# points: 1.5
# names: raw responses multiplied

def RDM(resp):
    return 1 - resp @ resp.T / resp.shape[1]
