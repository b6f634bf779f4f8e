# about: one pair after another
# points: 5

def RDM(resp):
    S = len(resp)
    rdm = np.zeros((S, S))
    for i in range(S):
        for j in range(i + 1, S):
            rdm[i, j] = rdm[j, i] = 1 - np.corrcoef(resp[i], resp[j])[0, 1]
    return rdm
