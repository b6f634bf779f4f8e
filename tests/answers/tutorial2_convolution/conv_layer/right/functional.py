# about: uses the functional form for the maps and returns a list
# points: 6

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = F.conv2d(stimuli, filters, padding=K // 2)
    return [conv_layer, activations]
