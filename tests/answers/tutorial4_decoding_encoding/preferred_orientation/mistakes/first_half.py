# about: searches the first half of the rows
# points: 0.5
# names: half circle only

def preferred_orientation(resp, sigma=5):
    smooth = gaussian_filter1d(resp, sigma, axis=0, mode="wrap")
    return smooth[: len(resp) // 2].argmax(axis=0)
