# about: the average direction
# points: 1
# names: centre of mass

def preferred_orientation(resp, sigma=5):
    circle = np.exp(2j * np.pi * np.arange(len(resp)) / len(resp))
    angle = np.angle(circle @ resp) % (2 * np.pi)
    return np.round(angle / (2 * np.pi) * len(resp)).astype(int)
