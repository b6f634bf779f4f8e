# about: takes the last parameter
# points: 0
# names: biases returned

def get_filter_weights(conv_layer):
    return list(conv_layer.parameters())[-1].detach()
