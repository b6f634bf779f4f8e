# about: covariance, scaled by the variances
# points: 5

def RDM(resp):
    C = np.cov(resp)
    sd = np.sqrt(np.diag(C))
    return 1 - C / np.outer(sd, sd)
