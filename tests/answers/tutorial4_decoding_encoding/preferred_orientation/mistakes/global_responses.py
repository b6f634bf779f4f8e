# about: uses the notebook's responses
# points: 0
# names: undefined name

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp_all.numpy(), sigma, axis=0, mode="wrap").argmax(axis=0)
