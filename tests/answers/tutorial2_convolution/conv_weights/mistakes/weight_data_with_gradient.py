# about: switches the gradient on again
# points: 2.5
# names: not detached

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.data.clone().requires_grad_()
