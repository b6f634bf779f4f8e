# about: leaves a line of three dots and no layer
# points: 0
# names: undefined name

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    ...
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
