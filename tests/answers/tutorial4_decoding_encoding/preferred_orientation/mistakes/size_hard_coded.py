# about: loops over 23,589 neurons
# points: 0
# names: sizes hard-coded

def preferred_orientation(resp, sigma=5):
    return np.array(
        [gaussian_filter1d(resp[:, i], sigma, mode="wrap").argmax() for i in range(23589)]
    )
