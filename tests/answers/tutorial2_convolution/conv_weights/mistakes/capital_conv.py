# about: writes Conv with a capital letter
# points: 0
# names: another name for the convolution

def get_filter_weights(conv_layer):
    return conv_layer.Conv.weight.detach()
