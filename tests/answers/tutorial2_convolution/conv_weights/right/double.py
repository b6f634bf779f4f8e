# about: returns double precision
# points: 3

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().double()
