# about: returns the first input channel
# points: 0
# names: dimension squeezed away

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach()[:, 0]
