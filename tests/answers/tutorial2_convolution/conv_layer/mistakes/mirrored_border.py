# about: pads by reflection
# points: 2
# names: padding not with zeros

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    conv_layer.conv.padding_mode = "circular"
    conv_layer.conv._reversed_padding_repeated_twice = [K // 2] * 4
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
