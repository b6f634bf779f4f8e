# about: puts the input channel last
# points: 1
# names: axes reordered

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().permute(0, 2, 3, 1)
