# about: the first blank was left
# points: 0
# names: blank left over

def preferred_orientation(resp, sigma=5):
    smooth = ...
    return smooth.argmax(axis=0)
