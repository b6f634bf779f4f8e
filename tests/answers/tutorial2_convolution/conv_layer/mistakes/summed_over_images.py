# about: sums over the stimuli
# points: 3.5
# names: images summed up
# also: single image

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = 0
    for stimulus in stimuli:
        activations = activations + conv_layer(stimulus[None]).detach()
    return conv_layer, activations
