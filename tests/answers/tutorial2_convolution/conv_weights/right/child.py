# about: takes the only child of the layer
# points: 3

def get_filter_weights(conv_layer):
    (conv,) = conv_layer.children()
    return conv.weight.detach().cpu()
