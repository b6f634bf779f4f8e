# about: einsum over units
# points: 5

def RDM(resp):
    Z = zscore(resp, 1)
    return 1 - np.einsum("si,ti->st", Z, Z) / len(resp[0])
