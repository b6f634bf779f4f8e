# about: another default width
# points: 3
# names: sigma not handed on as it is

def preferred_orientation(resp, sigma=3):
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0)
