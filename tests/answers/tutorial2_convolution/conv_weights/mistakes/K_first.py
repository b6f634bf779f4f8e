# about: puts rows and columns first
# points: 1
# names: axes reordered

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().permute(2, 3, 1, 0)
