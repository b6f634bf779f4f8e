# about: rounds the width
# points: 2
# names: sigma not handed on as it is

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, round(sigma) or 1, axis=0, mode="wrap").argmax(axis=0)
