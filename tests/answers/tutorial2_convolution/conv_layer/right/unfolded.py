# about: multiplies patches with kernels by hand
# points: 6

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    n, _, height, width = stimuli.shape
    patches = F.unfold(stimuli, K, padding=K // 2)
    activations = (filters.reshape(c_out, -1) @ patches).reshape(n, c_out, height, width)
    return conv_layer, activations
