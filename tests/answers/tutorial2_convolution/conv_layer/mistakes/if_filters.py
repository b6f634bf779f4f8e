# about: asks whether there are filters
# points: 0
# names: a tensor is neither true nor false

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    if filters:
        conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    else:
        conv_layer = ConvolutionalLayer(c_in, c_out, K)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
