# about: moves the channels to the end
# points: 2
# names: channels last

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).permute(0, 2, 3, 1).detach()
    return conv_layer, activations
