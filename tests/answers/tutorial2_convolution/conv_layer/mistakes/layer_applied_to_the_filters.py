# about: sends the filters through the layer
# points: 1.5
# names: layer applied to the filters

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(filters).detach()
    return conv_layer, activations
