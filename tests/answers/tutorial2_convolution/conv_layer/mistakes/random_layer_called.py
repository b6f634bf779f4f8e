# about: calls a layer of the notebook
# points: 0
# names: a layer of the notebook

random_layer = ConvolutionalLayer(c_in=3, c_out=2, K=5)


def apply_conv_layer(stimuli, filters):
    c_in = filters.shape[1]
    c_out = filters.shape[0]
    K = filters.shape[2]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = random_layer(stimuli).detach()
    return conv_layer, activations
