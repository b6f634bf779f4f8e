# about: gives radians
# points: 0.5
# names: angles in place of rows

def preferred_orientation(resp, sigma=5):
    rows = gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0)
    return np.radians(rows * 360 / len(resp))
