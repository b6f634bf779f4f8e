# about: hands the responses to corrcoef twice
# points: 0
# names: responses given twice


def RDM(resp):
    return 1 - np.corrcoef(resp, resp)
