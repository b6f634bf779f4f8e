# about: looks for the filter in NumPy
# points: 0
# names: name that the module does not have

def preferred_orientation(resp, sigma=5):
    return np.gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0)
