# about: keeps the map of the first filter
# points: 2
# names: single kernel

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli)[:, 0].detach()
    return conv_layer, activations
