# about: gives a tensor
# points: 3.5
# names: no array returned

def preferred_orientation(resp, sigma=5):
    return torch.as_tensor(gaussian_filter1d(resp, sigma, axis=0, mode="wrap").argmax(axis=0))
