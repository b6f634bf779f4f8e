# about: builds the whole layer from the filters of the notebook
# points: 0
# names: filters from outside

from nmautils import filters as make_filters

example_filters = make_filters(out_channels=6, K=7, zero_mean=True)


def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = example_filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, example_filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
