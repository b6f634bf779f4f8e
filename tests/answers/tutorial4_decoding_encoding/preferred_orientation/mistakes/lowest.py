# about: finds the lowest response
# points: 0.5
# names: lowest response

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmin(axis=0)
