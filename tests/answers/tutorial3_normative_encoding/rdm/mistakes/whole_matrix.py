# about: one mean and one standard deviation for everything
# points: 1.5
# names: whole matrix z-scored at once

def RDM(resp):
    Z = (resp - resp.mean()) / resp.std()
    return 1 - Z @ Z.T / resp.shape[1]
