# about: row statistics lose their axis
# points: 0
# names: row statistics without their axis

def RDM(resp):
    Z = (resp - resp.mean(axis=1)) / resp.std(axis=1)
    return 1 - Z @ Z.T / resp.shape[1]
