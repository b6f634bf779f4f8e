# about: exchanges rows and columns of the kernel
# points: 2
# names: kernel transposed

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters.transpose(2, 3))
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
