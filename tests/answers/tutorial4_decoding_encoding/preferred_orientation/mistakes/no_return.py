# about: forgets to return
# points: 0
# names: nothing returned

def preferred_orientation(resp, sigma=5):
    preferred = gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0)
