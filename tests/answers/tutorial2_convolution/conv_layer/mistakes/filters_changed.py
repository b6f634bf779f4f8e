# about: zeroes the filters after use
# points: 5
# names: input changed

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    filters.zero_()
    return conv_layer, activations
