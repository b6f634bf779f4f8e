# about: gives the filter itself
# points: 0
# names: brackets forgotten

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d
