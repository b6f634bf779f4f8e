# about: calls the weight like a function
# points: 0
# names: weights are not a function

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight().detach()
