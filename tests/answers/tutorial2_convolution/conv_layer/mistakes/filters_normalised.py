# about: divides the filters by their largest weight
# points: 3.5
# names: kernel rescaled

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters / filters.abs().max())
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
