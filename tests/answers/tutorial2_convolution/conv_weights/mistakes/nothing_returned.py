# about: prints and returns nothing
# points: 0
# names: nothing returned

def get_filter_weights(conv_layer):
    weights = conv_layer.conv.weight.detach()
    print(weights.shape)
