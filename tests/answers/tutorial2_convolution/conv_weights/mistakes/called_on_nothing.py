# about: calls the convolution without an image
# points: 0
# names: layer applied to an image

def get_filter_weights(conv_layer):
    return conv_layer.conv().detach()
