# about: keeps the class and calls it on the images
# points: 0
# names: the class in place of the layer

def apply_conv_layer(stimuli, filters):
    c_in = filters.shape[1]
    c_out = filters.shape[0]
    K = filters.shape[2]
    conv_layer = ConvolutionalLayer
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
