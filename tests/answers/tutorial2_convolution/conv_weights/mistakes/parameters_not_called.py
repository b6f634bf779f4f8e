# about: forgets the parentheses of parameters
# points: 0
# names: parentheses forgotten

def get_filter_weights(conv_layer):
    weights = conv_layer.parameters[0]
    return weights.detach()
