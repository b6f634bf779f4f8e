# about: sums over the output channels
# points: 2
# names: channels summed up

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).sum(1, keepdim=True).detach()
    return conv_layer, activations
