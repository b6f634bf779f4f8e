# about: leaves the lower half empty
# points: 1.5
# names: half of the matrix

def RDM(resp):
    S = resp.shape[0]
    rdm = np.zeros((S, S))
    for i in range(S):
        for j in range(i + 1, S):
            rdm[i, j] = 1 - np.corrcoef(resp[i], resp[j])[0, 1]
    return rdm
