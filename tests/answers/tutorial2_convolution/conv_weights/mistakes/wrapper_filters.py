# about: looks for the filters in the wrapper
# points: 0
# names: looked for in the wrapper

def get_filter_weights(conv_layer):
    return conv_layer.filters.detach()
