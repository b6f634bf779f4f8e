# about: uses the filters of the notebook
# points: 0
# names: undefined name

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = example_filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, example_filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
