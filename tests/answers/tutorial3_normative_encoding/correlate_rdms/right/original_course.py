# about: the answer of the original course
# points: 4


def correlate_rdms(rdm1, rdm2):
    """Correlate off-diagonal elements of two RDM's"""
    # Extract off-diagonal elements of each RDM
    ioffdiag = np.triu_indices(rdm1.shape[0], k=1)  # indices of off-diagonal elements
    rdm1_offdiag = rdm1[ioffdiag]
    rdm2_offdiag = rdm2[ioffdiag]

    corr_coef = np.corrcoef(rdm1_offdiag, rdm2_offdiag)[0, 1]

    return corr_coef
