# about: cosine of the two vectors
# points: 1
# names: products without means

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    x, y = rdm1[i], rdm2[i]
    return x @ y / (np.linalg.norm(x) * np.linalg.norm(y))
