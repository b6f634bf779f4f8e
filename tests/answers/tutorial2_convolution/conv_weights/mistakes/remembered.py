# about: returns the filters it remembers
# points: 0
# names: filters from outside

def get_filter_weights(conv_layer):
    from nmautils import filters

    return filters(6, 7, zero_mean=True)
