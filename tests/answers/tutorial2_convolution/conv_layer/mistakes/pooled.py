# about: pools the maps
# points: 2
# names: pooled

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = F.max_pool2d(conv_layer(stimuli), 2).detach()
    return conv_layer, activations
