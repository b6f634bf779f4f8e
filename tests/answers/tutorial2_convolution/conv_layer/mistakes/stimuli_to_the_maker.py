# about: hands stimuli and filters over when the layer is made
# points: 0
# names: arguments in the wrong place

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(stimuli, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
