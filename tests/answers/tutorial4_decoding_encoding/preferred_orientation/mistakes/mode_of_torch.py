# about: PyTorch's name for wrapping
# points: 0
# names: no such mode

def preferred_orientation(resp, sigma=5):
    return gaussian_filter1d(resp, sigma, axis=0, mode="circular").argmax(axis=0)
