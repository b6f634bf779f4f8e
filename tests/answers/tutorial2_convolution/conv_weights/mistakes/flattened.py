# about: makes one row of each kernel
# points: 1
# names: flattened

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.detach().flatten(1)
