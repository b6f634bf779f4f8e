# about: reads the state of the layer
# points: 3

def get_filter_weights(conv_layer):
    return conv_layer.state_dict()["conv.weight"]
