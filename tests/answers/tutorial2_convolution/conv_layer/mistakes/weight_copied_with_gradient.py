# about: copies the filters in while gradients are recorded
# points: 0
# names: filters put into the layer by hand

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K)
    conv_layer.conv.weight.copy_(filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
