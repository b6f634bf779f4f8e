def apply_conv_layer(stimuli, filters):
    """Filter images with a convolutional layer.

    Parameters
    ----------
    stimuli : torch.Tensor, shape (N, C_in, H, W)
        Images.
    filters : torch.Tensor, shape (C_out, C_in, K, K)
        Kernels, K odd.

    Returns
    -------
    conv_layer : ConvolutionalLayer
        Layer with these kernels.
    activations : torch.Tensor, shape (N, C_out, H, W)
        What it makes of the images, without gradient.
    """
    c_in = filters.shape[1]
    c_out = filters.shape[0]
    K = filters.shape[2]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
