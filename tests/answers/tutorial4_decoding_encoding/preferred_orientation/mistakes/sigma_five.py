# about: always a width of 5
# points: 2
# names: sigma not handed on as it is

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, 5, axis=0, mode="wrap").argmax(axis=0)
