# about: turns the circle, smooths, and turns back
# points: 4

def preferred_orientation(resp, sigma=5):
    n = len(resp)
    turned = gaussian_filter1d(np.roll(resp, n // 3, axis=0), sigma, axis=0, mode="wrap")
    return (turned.argmax(axis=0) - n // 3) % n
