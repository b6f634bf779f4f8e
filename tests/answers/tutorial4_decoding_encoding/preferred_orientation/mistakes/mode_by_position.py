# about: hands over the mode by position
# points: 0
# names: call not as asked

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, 0, "wrap").argmax(axis=0)
