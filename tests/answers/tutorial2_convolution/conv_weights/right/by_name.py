# about: asks for the parameter by its name
# points: 3

def get_filter_weights(conv_layer):
    return conv_layer.get_parameter("conv.weight").detach().contiguous()
