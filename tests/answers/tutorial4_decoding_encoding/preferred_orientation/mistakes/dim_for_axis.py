# about: dim in place of axis
# points: 0
# names: tensor expected

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(dim=0)
