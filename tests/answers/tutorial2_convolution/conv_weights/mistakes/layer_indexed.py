# about: indexes the layer
# points: 0
# names: a layer is no list

def get_filter_weights(conv_layer):
    return conv_layer[0].weight.detach()
