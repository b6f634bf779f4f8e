# about: returns the biases
# points: 1
# names: biases returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.bias.detach()
