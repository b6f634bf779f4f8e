# about: loops over columns where rows are meant
# points: 0
# names: loop runs too far


def RDM(resp):
    S = resp.shape[0]
    rdm = np.zeros((S, S))
    for i in range(resp.shape[1]):
        for j in range(resp.shape[1]):
            rdm[i, j] = 1 - np.corrcoef(resp[i], resp[j])[0, 1]
    return rdm
