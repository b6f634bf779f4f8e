# about: treats the array as a tensor
# points: 0
# names: array taken for something else

def RDM(resp):
    return 1 - torch.corrcoef(resp)
