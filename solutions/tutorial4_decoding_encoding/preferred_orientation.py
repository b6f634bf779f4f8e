def preferred_orientation(resp, sigma=5):
    """Find the stimulus that each neuron prefers.

    Parameters
    ----------
    resp : ndarray, shape (n_stimuli, n_neurons)
        Responses; rows go once around the circle of orientations.
    sigma : float
        Width of the smoothing Gaussian, in rows.

    Returns
    -------
    ndarray of int, shape (n_neurons,)
        Row in which each neuron's smoothed tuning curve is highest.
    """
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    preferred = smooth.argmax(axis=0)
    return preferred
