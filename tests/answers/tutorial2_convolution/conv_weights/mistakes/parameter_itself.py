# about: returns the parameter
# points: 2.5
# names: parameter itself returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight
