# about: the width is no argument
# points: 0
# names: signature changed

def preferred_orientation(resp):
    return gaussian_filter1d(resp, 5, axis=0, mode="wrap").argmax(axis=0)
