# about: counts rows from 1
# points: 0.5
# names: row numbers from 1

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0) + 1
