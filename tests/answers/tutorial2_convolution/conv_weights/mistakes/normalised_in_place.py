# about: divides by the largest weight in place
# points: 1.5
# names: kernels rescaled

def get_filter_weights(conv_layer):
    w = conv_layer.conv.weight.detach()
    w /= w.abs().max()
    return w
