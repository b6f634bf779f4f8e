# about: asks the layer for a method that it lacks
# points: 0
# names: a layer is called like a function

def apply_conv_layer(stimuli, filters):
    c_in = filters.shape[1]
    c_out = filters.shape[0]
    K = filters.shape[2]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer.conv2d(stimuli).detach()
    return conv_layer, activations
