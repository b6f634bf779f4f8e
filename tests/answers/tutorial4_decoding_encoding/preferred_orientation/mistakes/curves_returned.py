# about: gives the smoothed curves
# points: 0.5
# names: curves returned

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
