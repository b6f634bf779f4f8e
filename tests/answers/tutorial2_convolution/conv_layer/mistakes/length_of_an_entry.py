# about: takes the length of a number
# points: 0
# names: length of a number

def apply_conv_layer(stimuli, filters):
    c_in = filters.shape[1]
    c_out = len(filters.shape[0])
    K = filters.shape[2]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
