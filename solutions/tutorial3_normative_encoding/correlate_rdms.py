def correlate_rdms(rdm1, rdm2):
    """Correlate two representational dissimilarity matrices.

    Parameters
    ----------
    rdm1, rdm2 : ndarray, shape (n_stimuli, n_stimuli)
        Dissimilarity matrices of the same stimuli.

    Returns
    -------
    float
        Pearson correlation of the entries above the diagonal.
    """
    pairs = np.triu_indices(len(rdm1), k=1)
    correlation = np.corrcoef(rdm1[pairs], rdm2[pairs])[0, 1]
    return correlation
