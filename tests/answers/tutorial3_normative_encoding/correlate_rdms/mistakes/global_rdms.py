# about: uses the notebook's matrices
# points: 0
# names: rdm_dict

def correlate_rdms(rdm1, rdm2):
    i = np.triu_indices(len(rdm1), k=1)
    return np.corrcoef(rdm_dict["V1 data"][i], rdm2[i])[0, 1]
