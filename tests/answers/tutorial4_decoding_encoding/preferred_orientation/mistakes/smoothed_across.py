# about: smooths along the neurons
# points: 0.5
# names: smoothed across neurons

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=1, mode="wrap").argmax(axis=0)
