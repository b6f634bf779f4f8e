# about: returns the biases
# points: 0
# names: biases returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.bias.detach()
