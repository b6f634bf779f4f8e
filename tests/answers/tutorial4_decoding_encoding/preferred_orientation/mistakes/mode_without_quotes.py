# about: no quotation marks around the mode
# points: 0
# names: quotation marks forgotten

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode=wrap)
    return smooth.argmax(axis=0)
