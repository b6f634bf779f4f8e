# about: rounds the width down
# points: 2
# names: sigma not handed on as it is

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, max(1, int(sigma)), axis=0, mode="wrap").argmax(axis=0)
