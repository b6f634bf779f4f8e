# about: hands over the shape as it is
# points: 0
# names: the whole shape handed over

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(filters.shape, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
