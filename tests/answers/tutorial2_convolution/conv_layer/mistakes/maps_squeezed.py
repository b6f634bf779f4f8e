# about: squeezes the maps
# points: 2
# names: dimension squeezed away

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).squeeze().detach()
    return conv_layer, activations
