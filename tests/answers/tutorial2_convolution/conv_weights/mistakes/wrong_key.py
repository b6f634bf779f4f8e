# about: misnames the key of the state
# points: 0
# names: another name

def get_filter_weights(conv_layer):
    return conv_layer.state_dict()["weight"]
