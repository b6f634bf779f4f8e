# about: takes the height of the pictures for K
# points: 0
# names: K is not the side of the kernels

def apply_conv_layer(stimuli, filters):
    c_in, c_out, K = filters.shape[1], filters.shape[0], stimuli.shape[3]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
