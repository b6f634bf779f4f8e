# about: zeroes the weights after copying them
# points: 2.5
# names: layer changed

def get_filter_weights(conv_layer):
    weights = conv_layer.conv.weight.detach().clone()
    conv_layer.conv.weight.data.zero_()
    return weights
