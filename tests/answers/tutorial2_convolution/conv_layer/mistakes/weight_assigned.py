# about: sets the weight to a plain tensor
# points: 0
# names: filters put into the layer by hand

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K)
    conv_layer.conv.weight = filters
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
