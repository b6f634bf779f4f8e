# about: argmax without brackets
# points: 0
# names: brackets forgotten

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return smooth.argmax
