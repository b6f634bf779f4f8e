# about: returns the first input channel with its dimension
# points: 0
# names: only one input channel

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach()[:, :1]
