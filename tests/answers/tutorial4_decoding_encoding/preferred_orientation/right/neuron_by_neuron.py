# about: a loop over neurons
# points: 4

def preferred_orientation(resp, sigma=5):
    preferred = np.zeros(resp.shape[1], dtype=int)
    for i in range(resp.shape[1]):
        preferred[i] = np.argmax(gaussian_filter1d(resp[:, i], sigma, mode="wrap"))
    return preferred
