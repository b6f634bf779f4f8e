# about: uses the keyword of nn.Conv2d
# points: 0
# names: an argument of another name

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, kernel_size=K, filters=filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
