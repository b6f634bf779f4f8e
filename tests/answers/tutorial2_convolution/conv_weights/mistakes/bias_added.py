# about: adds the biases
# points: 2
# names: biases added

def get_filter_weights(conv_layer):
    kernels, biases = conv_layer.conv.weight.detach(), conv_layer.conv.bias.detach()
    return kernels + biases.reshape(-1, 1, 1, 1)
