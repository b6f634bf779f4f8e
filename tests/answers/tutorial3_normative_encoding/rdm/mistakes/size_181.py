# about: loops over 181 stimuli
# points: 0
# names: loop runs too far

def RDM(resp):
    Z = zscore(resp, axis=1)
    rdm = np.zeros((181, 181))
    for i in range(181):
        for j in range(181):
            rdm[i, j] = 1 - np.mean(Z[i] * Z[j])
    return rdm
