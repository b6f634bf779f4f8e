# about: returns weights and biases
# points: 0
# names: container returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach(), conv_layer.conv.bias.detach()
