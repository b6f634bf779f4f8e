# about: returns a number in place of the kernels
# points: 0
# names: no tensor returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().mean().item()
