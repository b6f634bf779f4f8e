# about: leaves the sizes to the defaults
# points: 0
# names: sizes hard-coded

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(filters=filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
