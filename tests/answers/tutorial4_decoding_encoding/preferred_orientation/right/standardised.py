# about: z-scores every curve first, which moves no peak
# points: 4

def preferred_orientation(resp, sigma=5):
    curves = zscore(resp, axis=0)
    return gaussian_filter1d(curves, sigma, axis=0, mode="wrap").argmax(axis=0)
