# about: torch inside, a number outside
# points: 4

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    both = torch.tensor(np.stack([rdm1[i], rdm2[i]]))
    return torch.corrcoef(both)[0, 1].item()
