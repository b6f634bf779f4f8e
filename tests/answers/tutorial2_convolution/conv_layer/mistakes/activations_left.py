# about: leaves the activations open
# points: 1
# names: blank left over

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = ...
    return conv_layer, activations
