# about: smooths by the Fourier transform
# points: 4

def preferred_orientation(resp, sigma=5):
    n = len(resp)
    k = np.fft.rfftfreq(n)
    damping = np.exp(-2 * (np.pi * k * sigma) ** 2)[:, None]
    smooth = np.fft.irfft(np.fft.rfft(resp, axis=0) * damping, n=n, axis=0)
    return smooth.argmax(axis=0)
