# about: removes the mean of the filters
# points: 2
# names: kernel rescaled

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    centred = filters - filters.mean((2, 3), keepdim=True)
    conv_layer = ConvolutionalLayer(c_in, c_out, K, centred)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
