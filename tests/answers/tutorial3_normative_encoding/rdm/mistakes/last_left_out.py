# about: loops that end one too early
# points: 2
# names: stimuli left out


def RDM(resp):
    S = len(resp)
    rdm = np.zeros((S, S))
    for i in range(S - 1):
        for j in range(S - 1):
            rdm[i, j] = 1 - np.corrcoef(resp[i], resp[j])[0, 1]
    return rdm
