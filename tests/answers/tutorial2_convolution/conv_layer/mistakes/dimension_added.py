# about: adds a channel dimension once more
# points: 0
# names: dimension added

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli.unsqueeze(1)).detach()
    return conv_layer, activations
