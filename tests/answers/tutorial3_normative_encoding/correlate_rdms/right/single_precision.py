# about: float32 inside
# points: 4

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return float(np.corrcoef(rdm1[i].astype(np.float32), rdm2[i].astype(np.float32), dtype=np.float32)[0, 1])
