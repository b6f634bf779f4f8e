# about: returns inside the loop over images
# points: 3.5
# names: single image

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    for stimulus in stimuli:
        activations = conv_layer(stimulus[None]).detach()
        return conv_layer, activations
