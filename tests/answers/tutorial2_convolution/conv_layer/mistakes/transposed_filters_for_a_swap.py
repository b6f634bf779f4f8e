# about: exchanges the axes of the filters to make them fit
# points: 0
# names: c_out and c_in swapped

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_out, c_in, K, filters.transpose(0, 1))
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
