# about: gives a column
# points: 0
# names: too many dimensions

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return smooth.argmax(axis=0)[:, None]
