# about: finds the peaks with where
# points: 0.5
# names: sorted too early

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return np.where(smooth == smooth.max(axis=0))[0]
