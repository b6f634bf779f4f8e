# about: returns the first kernel with its dimension
# points: 0
# names: only one kernel

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight[:1].detach()
