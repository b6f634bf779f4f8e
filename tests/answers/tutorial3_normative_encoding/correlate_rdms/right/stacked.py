# about: both vectors as rows of one array
# points: 4


def correlate_rdms(a, b):
    positions = np.triu_indices(n=a.shape[0], k=1)
    return np.corrcoef(np.vstack([a[positions], b[positions]]))[-1, 0]
