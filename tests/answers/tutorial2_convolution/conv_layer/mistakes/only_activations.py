# about: returns the activations alone
# points: 4.5
# names: only the activations returned

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    return conv_layer(stimuli).detach()
