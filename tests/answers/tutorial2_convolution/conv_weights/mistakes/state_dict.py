# about: returns the whole state
# points: 0
# names: container returned

def get_filter_weights(conv_layer):
    return conv_layer.state_dict()
