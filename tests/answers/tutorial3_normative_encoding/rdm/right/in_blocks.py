# about: a hundred stimuli at a time
# points: 5


def RDM(resp: np.ndarray) -> np.ndarray:
    S, N = resp.shape
    Z = zscore(resp, axis=1)
    rdm = np.empty((S, S))
    for start in range(0, S, 100):
        rdm[start : start + 100] = 1 - Z[start : start + 100] @ Z.T / N
    return rdm
