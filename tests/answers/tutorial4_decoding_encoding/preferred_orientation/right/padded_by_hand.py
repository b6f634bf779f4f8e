# about: pads three copies and cuts out the middle one
# points: 4

def preferred_orientation(resp, sigma=5):
    n = len(resp)
    three = np.concatenate([resp, resp, resp], axis=0)
    smooth = gaussian_filter1d(three, sigma, axis=0)[n : 2 * n]
    return smooth.argmax(axis=0)
