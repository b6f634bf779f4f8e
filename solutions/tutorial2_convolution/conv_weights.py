def get_filter_weights(conv_layer):
    """Return the kernels of a convolutional layer.

    Parameters
    ----------
    conv_layer : ConvolutionalLayer
        Layer to look into; it is not changed.

    Returns
    -------
    torch.Tensor, shape (C_out, C_in, K, K)
        Its weights, without gradient.
    """
    weights = conv_layer.conv.weight.detach()
    return weights
