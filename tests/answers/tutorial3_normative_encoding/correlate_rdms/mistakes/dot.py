# about: dot product
# points: 1
# names: products without means

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return rdm1[i] @ rdm2[i]
