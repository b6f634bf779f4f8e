# about: converts the maps to an array
# points: 5.5
# names: converted to an array

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach().numpy()
    return conv_layer, activations
