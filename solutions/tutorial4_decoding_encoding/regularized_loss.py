def regularized_loss(output, target, weights, L2_penalty=0, L1_penalty=0):
    """Negative log likelihood plus L2 and L1 penalties on weights.

    Parameters
    ----------
    output : torch.Tensor, shape (n_stimuli, n_classes)
        Log probabilities.
    target : torch.Tensor of int64, shape (n_stimuli,)
        Correct classes.
    weights : torch.Tensor, any shape
        Weights that the penalties act on.
    L2_penalty : float
        Strength of the penalty on squares.
    L1_penalty : float
        Strength of the penalty on absolute values.

    Returns
    -------
    torch.Tensor
        A single number, differentiable in output and weights.
    """
    nll = nn.NLLLoss()(output, target)
    squares = torch.square(weights).sum()
    sizes = torch.abs(weights).sum()
    loss = nll + L2_penalty * squares + L1_penalty * sizes
    return loss
