def make_classifier(n_neurons, n_hidden, n_classes):
    """Make a classifier of orientation and the loss to train it with.

    Parameters
    ----------
    n_neurons : int
        Number of inputs.
    n_hidden : int
        Number of hidden units.
    n_classes : int
        Number of classes.

    Returns
    -------
    net : DeepNetSoftmax
        New, untrained network.
    loss_fn : nn.Module
        Negative log likelihood, to be called as loss_fn(net(r), classes).
    """
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    loss_fn = nn.NLLLoss()
    return net, loss_fn
