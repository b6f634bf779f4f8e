# about: gives int32
# points: 4

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0).astype(np.int32)
