# about: returns the gradient
# points: 0
# names: not what it seems

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.grad.detach()
