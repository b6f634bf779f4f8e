# about: writes the smoothed curves over the responses
# points: 3.5
# names: input modified

def preferred_orientation(resp, sigma=5):
    gaussian_filter1d(resp, sigma, axis=0, mode="wrap", output=resp)
    return resp.argmax(axis=0)
