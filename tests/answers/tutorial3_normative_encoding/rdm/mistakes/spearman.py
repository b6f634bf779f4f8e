# about: rank correlation
# points: 3
# names: rank correlation

def RDM(resp):
    from scipy.stats import rankdata
    return 1 - np.corrcoef(rankdata(resp, axis=1))
