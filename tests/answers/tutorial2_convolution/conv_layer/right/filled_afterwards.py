# about: makes the layer first and copies filters and zeros into it
# points: 6

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K)
    with torch.no_grad():
        conv_layer.conv.weight.copy_(filters)
        conv_layer.conv.bias.zero_()
    activations = conv_layer(stimuli).data
    return conv_layer, activations
