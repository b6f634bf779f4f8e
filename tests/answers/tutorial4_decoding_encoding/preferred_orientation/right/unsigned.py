# about: gives unsigned numbers
# points: 4

def preferred_orientation(resp, sigma=5.0):
    smooth = gaussian_filter1d(resp, sigma, 0, mode="wrap")
    return np.asarray([column.argmax() for column in smooth.T], dtype=np.uint16)
