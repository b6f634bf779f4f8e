# about: hands the filters over when calling the layer
# points: 0
# names: filters handed to the call

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K)
    activations = conv_layer(stimuli, filters).detach()
    return conv_layer, activations
