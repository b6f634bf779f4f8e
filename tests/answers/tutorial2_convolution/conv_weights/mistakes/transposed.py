# about: exchanges rows and columns
# points: 2
# names: axes reordered

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().transpose(2, 3)
