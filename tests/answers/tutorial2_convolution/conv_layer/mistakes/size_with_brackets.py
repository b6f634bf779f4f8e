# about: picks an entry of size as if it were shape
# points: 0
# names: size is a function

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K = filters.size[0], filters.size[1], filters.size[2]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
