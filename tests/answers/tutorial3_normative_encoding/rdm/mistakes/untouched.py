# about: not begun
# points: 0
# names: not solved yet

raise NotImplementedError("Exercise: complete RDM")  # delete this line, then replace every ...


def RDM(resp):
    Z = ...
    rdm = ...
    return rdm
