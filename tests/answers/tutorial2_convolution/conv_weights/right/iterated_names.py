# about: goes through the named parameters
# points: 3

def get_filter_weights(conv_layer):
    return dict(conv_layer.named_parameters())["conv.weight"].detach()
