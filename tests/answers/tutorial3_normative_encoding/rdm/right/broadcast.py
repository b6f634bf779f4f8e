# about: mean of products by broadcasting
# points: 5

def RDM(resp, verbose=False):
    Z = zscore(resp, axis=-1)
    if verbose:
        print(Z.shape)
    return 1 - (Z[:, None, :] * Z[None, :, :]).mean(axis=2)
