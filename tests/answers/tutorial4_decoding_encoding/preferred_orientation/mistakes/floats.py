# about: gives whole numbers as floats
# points: 3.5
# names: no whole numbers

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0).astype(float)
