# about: mirrors the kernel from left to right
# points: 2
# names: kernel flipped

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters.flip(-1))
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
