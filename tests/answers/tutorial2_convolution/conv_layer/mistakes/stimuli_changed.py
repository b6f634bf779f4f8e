# about: centres the stimuli in place
# points: 2
# names: images shifted

def apply_conv_layer(stimuli, filters):
    stimuli -= stimuli.mean()
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
