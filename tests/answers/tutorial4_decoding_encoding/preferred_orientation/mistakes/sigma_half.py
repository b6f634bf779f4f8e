# about: half the width
# points: 2
# names: sigma not handed on as it is

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma / 2, axis=0, mode="wrap")
    return smooth.argmax(axis=0)
