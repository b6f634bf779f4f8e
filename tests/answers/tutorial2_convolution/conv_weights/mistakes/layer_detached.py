# about: detaches the layer
# points: 0
# names: the layer in place of its weights

def get_filter_weights(conv_layer):
    return conv_layer.detach()
