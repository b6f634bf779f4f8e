# about: unpacks c_in before c_out
# points: 0
# names: c_out and c_in swapped

def apply_conv_layer(stimuli, filters):
    c_in, c_out, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
