# about: searches absolute values
# points: 2
# names: absolute value

def preferred_orientation(resp, sigma=5):
    return np.abs(gaussian_filter1d(resp, sigma, axis=0, mode="wrap")).argmax(axis=0)
