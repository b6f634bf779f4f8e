# about: detaches the weight
# points: 3

def get_filter_weights(conv_layer):
    weights = conv_layer.conv.weight.detach()
    return weights
