# about: forgets the parentheses of detach
# points: 1
# names: parentheses forgotten

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach
    return conv_layer, activations
