# about: writes 7 for K
# points: 0
# names: sizes hard-coded

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(filters.shape[1], filters.shape[0], 7, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
