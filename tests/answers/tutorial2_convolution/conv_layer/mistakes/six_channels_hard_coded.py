# about: writes 6 for c_out
# points: 0
# names: sizes hard-coded

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(filters.shape[1], 6, filters.shape[-1], filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
