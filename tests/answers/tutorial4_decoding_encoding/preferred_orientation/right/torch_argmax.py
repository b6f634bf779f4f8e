# about: searches with torch and comes back to NumPy
# points: 4

def preferred_orientation(resp, sigma=5):
    smooth = torch.as_tensor(gaussian_filter1d(resp, sigma, axis=0, mode="wrap"))
    return smooth.argmax(dim=0).numpy()
