# about: makes the filters anew in the right size
# points: 0
# names: filters from outside
# also: another layer read

def get_filter_weights(conv_layer):
    import nmautils as nma

    c_out, c_in, K, _ = conv_layer.conv.weight.shape
    return nma.filters(max(3, c_out), K, zero_mean=True)[:c_out].expand(c_out, c_in, K, K)
