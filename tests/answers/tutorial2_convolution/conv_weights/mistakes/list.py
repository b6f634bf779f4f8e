# about: returns the kernels as a list
# points: 0
# names: container returned

def get_filter_weights(conv_layer):
    return [kernel for kernel in conv_layer.conv.weight.detach()]
