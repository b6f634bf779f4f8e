# about: torch inside, an array outside
# points: 5

def RDM(resp):
    return 1 - torch.corrcoef(torch.from_numpy(resp)).numpy()
