# about: reads a copy of the layer
# points: 3

def get_filter_weights(conv_layer):
    import copy

    return copy.deepcopy(conv_layer).conv.weight.detach()
