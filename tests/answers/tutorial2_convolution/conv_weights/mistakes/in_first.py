# about: puts the input channels first
# points: 1
# names: axes reordered

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().transpose(0, 1)
