# about: calls a function that does not exist
# points: 0
# names: undefined name

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
