# about: takes the first parameter
# points: 3

def get_filter_weights(conv_layer):
    weights, bias = conv_layer.parameters()
    return weights.detach()
