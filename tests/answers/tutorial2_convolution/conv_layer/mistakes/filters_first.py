# about: hands the filters over in the place of c_in
# points: 0
# names: arguments in the wrong place

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
