# about: keeps the dimension it searched
# points: 0
# names: too many dimensions

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0, keepdims=True)
