# about: returns numbers as text
# points: 0
# names: no tensor returned

def get_filter_weights(conv_layer):
    return str(conv_layer.conv.weight.detach())
