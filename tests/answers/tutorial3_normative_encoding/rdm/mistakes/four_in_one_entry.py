# about: does not pick from the four coefficients
# points: 0
# names: matrix in one entry


def RDM(resp):
    S = resp.shape[0]
    rdm = np.zeros((S, S))
    for i in range(S):
        for j in range(S):
            rdm[i, j] = 1 - np.corrcoef(resp[i], resp[j])
    return rdm
