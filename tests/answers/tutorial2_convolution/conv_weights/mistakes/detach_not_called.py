# about: forgets the parentheses of detach
# points: 0
# names: parentheses forgotten

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach
