# about: sets a stride of 2
# points: 1
# names: stride 2

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    conv_layer.conv.stride = (2, 2)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
