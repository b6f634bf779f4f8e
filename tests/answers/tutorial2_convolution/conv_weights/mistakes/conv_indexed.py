# about: indexes the convolution like a dictionary
# points: 0
# names: a layer is no list

def get_filter_weights(conv_layer):
    return conv_layer.conv["weight"].detach()
