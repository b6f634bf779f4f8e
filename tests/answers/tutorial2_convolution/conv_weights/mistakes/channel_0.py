# about: returns the first kernel
# points: 0
# names: only one kernel

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight[0].detach()
