# about: takes the fifth entry of the shape for K
# points: 0
# names: an entry that is not there

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K = filters.shape[0], filters.shape[1], filters.shape[4]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
