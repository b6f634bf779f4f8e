# about: gives the height of the peak
# points: 0.5
# names: height of the peak

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").max(axis=0)
