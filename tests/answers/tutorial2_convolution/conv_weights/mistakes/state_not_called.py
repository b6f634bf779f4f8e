# about: forgets the parentheses of state_dict
# points: 0
# names: parentheses forgotten

def get_filter_weights(conv_layer):
    return conv_layer.state_dict["conv.weight"]
