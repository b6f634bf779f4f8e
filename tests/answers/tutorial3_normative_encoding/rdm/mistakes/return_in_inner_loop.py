# about: returns within the inner loop
# points: 0
# names: only zeros


def RDM(resp):
    S = resp.shape[0]
    rdm = np.zeros((S, S))
    for i in range(S):
        for j in range(S):
            rdm[i, j] = 1 - np.corrcoef(resp[i], resp[j])[0, 1]
            return rdm
