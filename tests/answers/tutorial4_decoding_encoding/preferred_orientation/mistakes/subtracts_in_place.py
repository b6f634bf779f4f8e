# about: subtracts the mean in place
# points: 3.5
# names: input modified

def preferred_orientation(resp, sigma=5):
    resp -= resp.mean(axis=0)
    return gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0)
