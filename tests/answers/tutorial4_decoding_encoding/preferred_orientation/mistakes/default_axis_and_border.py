# about: leaves the filter's default axis and border
# points: 0.5
# names: smoothed across neurons

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma).argmax(axis=0)
