# about: repeats the last value at the border
# points: 1.5
# names: border not wrapped

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="nearest").argmax(axis=0)
