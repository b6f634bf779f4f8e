# about: leaves K open
# points: 0
# names: blank left over

def apply_conv_layer(stimuli, filters):
    c_in = filters.shape[1]
    c_out = filters.shape[0]
    K = ...
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
