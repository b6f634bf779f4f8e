# about: smooths along both axes
# points: 0.5
# names: smoothed across neurons

def preferred_orientation(resp, sigma=5):
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(resp, sigma, mode="wrap").argmax(axis=0)
