# about: gives the wrapper an attribute of its own
# points: 0
# names: filters not handed on

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K)
    conv_layer.filters = filters
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
