# about: leaves the blank
# points: 0
# names: blank left over

def get_filter_weights(conv_layer):
    weights = ...
    return weights
