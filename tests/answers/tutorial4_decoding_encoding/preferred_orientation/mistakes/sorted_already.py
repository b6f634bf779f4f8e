# about: sorts the preferred rows
# points: 0.5
# names: sorted too early

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0).argsort()
