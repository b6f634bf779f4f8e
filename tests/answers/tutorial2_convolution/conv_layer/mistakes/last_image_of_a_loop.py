# about: keeps the last image of a loop
# points: 2
# names: single image
# also: dimension squeezed away

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    for stimulus in stimuli:
        activations = conv_layer(stimulus).detach()
    return conv_layer, activations
