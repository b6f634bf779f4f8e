# about: the answer of the original course, with a variable of the function's name
# points: 5


def RDM(resp):
    """Compute the representational dissimilarity matrix (RDM)"""
    # z-score responses to each stimulus
    zresp = zscore(resp, axis=1)

    # Compute RDM
    RDM = 1 - (zresp @ zresp.T) / zresp.shape[1]

    return RDM
