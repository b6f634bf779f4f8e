# about: asks conv for its conv
# points: 0
# names: one step too far

def get_filter_weights(conv_layer):
    return conv_layer.conv.conv.weight.detach()
