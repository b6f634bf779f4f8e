# about: returns a copy that carries the gradient
# points: 2.5
# names: not detached

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.clone()
