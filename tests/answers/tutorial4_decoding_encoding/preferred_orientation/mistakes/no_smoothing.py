# about: searches the raw curves
# points: 1.5
# names: raw curve searched

def preferred_orientation(resp, sigma=5):
    return resp.argmax(axis=0)
