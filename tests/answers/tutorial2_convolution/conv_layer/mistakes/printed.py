# about: prints what should be returned
# points: 0
# names: Nothing came back

def apply_conv_layer(stimuli, filters):
    c_in = filters.shape[1]
    c_out = filters.shape[0]
    K = filters.shape[2]
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    print(conv_layer, activations)
