# about: takes both sides for K
# points: 0
# names: K taken as a pair

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K = filters.shape[0], filters.shape[1], filters.shape[2:]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
