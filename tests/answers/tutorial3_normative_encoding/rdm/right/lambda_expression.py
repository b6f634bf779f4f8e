# about: a lambda with another name for its argument
# points: 5


RDM = lambda x: 1 - np.inner(zscore(x, axis=1), zscore(x, axis=1)) / x.shape[1]
