# about: SciPy's other name for wrapping
# points: 4

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="grid-wrap").argmax(0)
