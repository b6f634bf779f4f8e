# about: correlations of a data frame's columns
# points: 5


def RDM(responses):
    import pandas as pd

    return 1 - pd.DataFrame(responses.T).corr().to_numpy()
