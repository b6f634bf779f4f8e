# about: subtracts the mean of each kernel
# points: 2
# names: kernels rescaled

def get_filter_weights(conv_layer):
    w = conv_layer.conv.weight.detach()
    return w - w.mean((2, 3), keepdim=True)
