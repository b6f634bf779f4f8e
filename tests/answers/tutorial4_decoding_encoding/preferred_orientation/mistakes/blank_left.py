# about: the blanks were left
# points: 0
# names: blank left over

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    preferred = ...
    return preferred
