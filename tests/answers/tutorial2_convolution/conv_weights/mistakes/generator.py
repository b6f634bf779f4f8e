# about: returns the generator of the parameters
# points: 0
# names: container returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.parameters()
