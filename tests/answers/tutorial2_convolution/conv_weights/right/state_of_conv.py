# about: copies the state of the convolution
# points: 3

def get_filter_weights(conv_layer):
    state = conv_layer.conv.state_dict()
    return state["weight"].clone()
