# about: divides by the largest weight
# points: 2
# names: kernels rescaled

def get_filter_weights(conv_layer):
    w = conv_layer.conv.weight.detach()
    return w / w.abs().max()
