# about: searches the first 180 rows
# points: 3
# names: half circle only

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return smooth[:180].argmax(axis=0)
