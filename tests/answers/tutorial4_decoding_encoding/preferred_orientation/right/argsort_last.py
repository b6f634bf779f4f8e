# about: takes the last of the sorted rows
# points: 4

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return np.argsort(smooth, axis=0)[-1]
