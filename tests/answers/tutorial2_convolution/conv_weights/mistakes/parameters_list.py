# about: returns all parameters
# points: 0
# names: container returned

def get_filter_weights(conv_layer):
    return [p.detach() for p in conv_layer.parameters()]
