# about: returns a tensor
# points: 3.5
# names: no plain number

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return torch.corrcoef(torch.tensor(np.stack([rdm1[i], rdm2[i]])))[0, 1]
