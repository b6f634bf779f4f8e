# about: writes 1 for c_in
# points: 2.5
# names: sizes hard-coded

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(1, filters.shape[0], filters.shape[-1], filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
