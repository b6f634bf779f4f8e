# about: takes resp for a tensor
# points: 0
# names: tensor expected

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp.numpy(), sigma, axis=0, mode="wrap").argmax(axis=0)
