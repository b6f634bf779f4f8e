# about: takes c_in from the first axis
# points: 0
# names: c_in taken from the wrong axis

def apply_conv_layer(stimuli, filters):
    c_in = filters.shape[0]
    c_out = filters.shape[0]
    K = filters.shape[2]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
