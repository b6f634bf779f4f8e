# about: replaces weights and biases by new parameters
# points: 6

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K)
    conv_layer.conv.weight = nn.Parameter(filters.clone())
    conv_layer.conv.bias = nn.Parameter(torch.zeros(c_out))
    activations = conv_layer(stimuli).clone().detach()
    return conv_layer, activations
