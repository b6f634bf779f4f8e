# about: treats the first stimulus only
# points: 3.5
# names: single image

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli[:1]).detach()
    return conv_layer, activations
