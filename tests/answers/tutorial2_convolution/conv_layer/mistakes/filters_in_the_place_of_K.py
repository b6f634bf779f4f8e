# about: leaves K out
# points: 0
# names: arguments in the wrong place

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
