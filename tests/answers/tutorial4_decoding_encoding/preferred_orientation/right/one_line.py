# about: all in one line
# points: 4

def preferred_orientation(resp, sigma=5):
    return np.argmax(gaussian_filter1d(resp, sigma=sigma, axis=0, mode="wrap"), axis=0)
