# about: hands over the filters of the notebook, which exist there
# points: 0
# names: filters from outside

example_filters = torch.ones(6, 1, 7, 7)


def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, example_filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
