# about: calls shape like a function
# points: 0
# names: shape is not a function

def apply_conv_layer(stimuli, filters):
    c_out = filters.shape()[0]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
