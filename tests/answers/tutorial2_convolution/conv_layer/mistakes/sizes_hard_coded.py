# about: writes 1, 6 and 7
# points: 0
# names: sizes hard-coded

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(1, 6, 7, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
