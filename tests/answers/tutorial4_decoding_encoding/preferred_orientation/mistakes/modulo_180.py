# about: takes the row modulo 180
# points: 3
# names: half circle only

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0) % 180
