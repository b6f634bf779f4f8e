# about: uses the stimuli of the notebook
# points: 0
# varies: 0 to 0.5
# names: undefined name

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(example_stimuli).detach()
    return conv_layer, activations
