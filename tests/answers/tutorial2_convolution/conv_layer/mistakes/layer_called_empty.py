# about: calls the layer without images
# points: 0
# names: layer called without the images

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer().detach()
    return conv_layer, activations
