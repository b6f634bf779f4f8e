# about: converts before detaching
# points: 0
# names: not detached

def get_filter_weights(conv_layer):
    return conv_layer.conv.weight.numpy()
