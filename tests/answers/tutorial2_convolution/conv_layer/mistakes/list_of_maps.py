# about: returns the maps as a list
# points: 1
# names: no activations returned

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = [conv_layer(s[None])[0].detach() for s in stimuli]
    return conv_layer, activations
