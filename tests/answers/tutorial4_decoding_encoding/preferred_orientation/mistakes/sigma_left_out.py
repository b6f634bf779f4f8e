# about: leaves out the width
# points: 0
# names: call not as asked

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, axis=0, mode="wrap").argmax(axis=0)
