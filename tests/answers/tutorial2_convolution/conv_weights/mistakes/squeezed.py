# about: squeezes the weights
# points: 1
# names: dimension squeezed away

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().squeeze()
