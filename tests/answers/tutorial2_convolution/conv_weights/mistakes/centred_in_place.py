# about: subtracts the mean in place
# points: 0
# names: weights changed in place

def get_filter_weights(conv_layer):
    conv_layer.conv.weight -= conv_layer.conv.weight.mean()
    return conv_layer.conv.weight.detach()
