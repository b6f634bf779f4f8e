# about: returns the shape
# points: 0
# names: shape returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().shape
