# about: smooths, but searches the original
# points: 1.5
# names: raw curve searched

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return resp.argmax(axis=0)
