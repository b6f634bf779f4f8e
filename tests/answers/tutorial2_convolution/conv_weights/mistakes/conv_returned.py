# about: returns the nn.Conv2d
# points: 0
# names: no tensor returned

def get_filter_weights(conv_layer):
    return conv_layer.conv
