# about: drops dimensions of size one
# points: 3
# names: dimension lost

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0).squeeze()
