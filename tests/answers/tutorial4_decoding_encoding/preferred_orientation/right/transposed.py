# about: works on the transpose
# points: 4

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp.T, sigma, mode="wrap").argmax(axis=1)
