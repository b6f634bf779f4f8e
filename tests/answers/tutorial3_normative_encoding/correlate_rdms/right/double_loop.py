# about: collects the pairs one after another
# points: 4

def correlate_rdms(rdm1, rdm2):
    first, second = [], []
    for i in range(len(rdm1)):
        for j in range(i):
            first.append(rdm1[i, j])
            second.append(rdm2[i, j])
    return np.corrcoef(first, second)[0, 1]
