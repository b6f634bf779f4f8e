# about: computes in float64
# points: 4

def preferred_orientation(resp, sigma=5):
    return np.argmax(gaussian_filter1d(resp.astype(np.float64), sigma, axis=0, mode="wrap"), axis=0)
