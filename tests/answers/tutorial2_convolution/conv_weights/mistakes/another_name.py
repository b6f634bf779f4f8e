# about: misnames the weight
# points: 0
# names: another name

def get_filter_weights(conv_layer):
    return conv_layer.conv.weights.detach()
