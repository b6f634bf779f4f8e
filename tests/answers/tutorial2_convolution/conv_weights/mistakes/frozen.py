# about: switches the gradient off for good
# points: 2.5
# names: layer frozen

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.requires_grad_(False).data
