def RDM(resp):
    """Compute the representational dissimilarity matrix of a population.

    Parameters
    ----------
    resp : ndarray, shape (n_stimuli, n_units)
        Responses; each row is one stimulus.

    Returns
    -------
    ndarray, shape (n_stimuli, n_stimuli)
        One minus the correlation of the responses to each pair of stimuli.
    """
    Z = zscore(resp, axis=1)
    rdm = 1 - Z @ Z.T / resp.shape[1]
    return rdm
