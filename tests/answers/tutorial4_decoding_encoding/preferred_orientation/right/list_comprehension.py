# about: collects in a list, then makes an array
# points: 4

def preferred_orientation(resp, sigma=5):
    curves = gaussian_filter1d(resp, sigma, axis=0, mode="wrap").T
    return np.array([int(np.argmax(curve)) for curve in curves])
