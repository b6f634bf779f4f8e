# about: takes c_in from the third axis
# points: 0
# names: c_in taken from the wrong axis

def apply_conv_layer(stimuli, filters):
    c_in, c_out, K = filters.shape[2], filters.shape[0], filters.shape[3]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
