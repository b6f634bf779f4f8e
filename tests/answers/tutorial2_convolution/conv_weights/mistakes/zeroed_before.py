# about: zeroes the weights in place
# points: 0
# names: zeroed

def get_filter_weights(conv_layer):
    weights = conv_layer.conv.weight.detach()
    weights.zero_()
    return weights
