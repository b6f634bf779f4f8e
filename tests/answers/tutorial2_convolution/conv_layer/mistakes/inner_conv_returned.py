# about: returns the nn.Conv2d inside
# points: 5
# names: layer not a ConvolutionalLayer

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters).conv
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
