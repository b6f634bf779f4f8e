# about: converts to an array
# points: 2.5
# names: converted to an array

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().numpy()
