# about: searches the flattened matrix
# points: 0.5
# names: no axis given

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax()
