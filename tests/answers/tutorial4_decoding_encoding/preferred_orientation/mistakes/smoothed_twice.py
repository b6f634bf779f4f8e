# about: smooths twice
# points: 2
# names: smoothed twice

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return gaussian_filter1d(smooth, sigma, axis=0, mode="wrap").argmax(axis=0)
