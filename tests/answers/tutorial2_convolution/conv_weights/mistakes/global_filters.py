# about: returns the filters of the notebook
# points: 0
# names: undefined name

def get_filter_weights(conv_layer):
    return example_filters
