# about: unpacks three entries of the shape
# points: 0
# names: four entries in the shape

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
