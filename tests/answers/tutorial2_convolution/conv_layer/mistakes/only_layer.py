# about: returns the layer alone
# points: 1
# names: no activations returned

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    conv_layer(stimuli).detach()
    return conv_layer
