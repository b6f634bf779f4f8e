# about: switches the gradient of the maps off
# points: 0
# names: not detached in time

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli)
    activations.requires_grad = False
    return conv_layer, activations
