# about: the released cell as it came
# points: 0
# names: not solved yet

raise NotImplementedError("Exercise: complete get_filter_weights")  # delete this line, then replace every ...


def get_filter_weights(conv_layer):
    weights = ...
    return weights
