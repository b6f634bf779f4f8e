# about: covariance in place of correlation
# points: 1.5
# names: covariance

def RDM(resp):
    return 1 - np.cov(resp)
