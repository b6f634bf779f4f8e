# about: asks for an attribute kernels
# points: 0
# names: looked for in the wrapper

def get_filter_weights(conv_layer):
    return conv_layer.kernels.detach()
