# about: uses .data
# points: 3

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.data
