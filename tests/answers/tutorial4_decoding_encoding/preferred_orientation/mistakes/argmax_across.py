# about: searches along the neurons
# points: 0.5
# names: argmax along the wrong axis

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=1)
