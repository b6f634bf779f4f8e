# about: takes absolute values
# points: 2
# names: sign lost

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().abs()
