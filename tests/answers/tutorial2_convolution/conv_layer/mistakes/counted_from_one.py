# about: counts the entries of the shape from one
# points: 0
# names: entries counted from one

def apply_conv_layer(stimuli, filters):
    c_out = filters.shape[1]
    c_in = filters.shape[2]
    K = filters.shape[3]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
