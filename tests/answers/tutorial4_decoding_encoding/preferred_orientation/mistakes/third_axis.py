# about: an axis that is not there
# points: 0
# names: no such axis

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=2)
