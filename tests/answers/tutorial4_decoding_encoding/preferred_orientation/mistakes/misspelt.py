# about: misspells a name
# points: 0
# names: undefined name

def preferred_orientation(resp, sigma=5):
    smoth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return smooth.argmax(axis=0)
