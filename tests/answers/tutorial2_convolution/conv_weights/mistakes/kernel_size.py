# about: returns the size of the kernels
# points: 0
# names: container returned

def get_filter_weights(conv_layer):
    return conv_layer.conv.kernel_size
