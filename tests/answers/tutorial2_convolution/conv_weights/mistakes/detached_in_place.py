# about: detaches the parameter in place
# points: 2.5
# names: layer frozen

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach_().data
