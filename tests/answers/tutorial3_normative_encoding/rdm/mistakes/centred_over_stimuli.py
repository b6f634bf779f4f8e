# about: subtracts each unit's mean first
# points: 2
# names: z-scored over stimuli


def RDM(resp):
    return 1 - np.corrcoef(resp - resp.mean(axis=0))
