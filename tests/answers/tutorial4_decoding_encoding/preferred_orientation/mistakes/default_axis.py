# about: leaves the filter's default axis
# points: 0.5
# names: smoothed across neurons

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, mode="wrap").argmax(axis=0)
