# about: writes self as in a class
# points: 0
# names: undefined name

def get_filter_weights(conv_layer):
    return self.conv.weight.detach()
