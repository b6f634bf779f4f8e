# about: loads the filters but leaves random biases
# points: 2
# names: random biases

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K)
    conv_layer.conv.weight = nn.Parameter(filters.clone())
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
