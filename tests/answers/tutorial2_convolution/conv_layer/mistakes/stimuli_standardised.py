# about: standardises the stimuli first
# points: 3
# names: images shifted

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer((stimuli - stimuli.mean()) / stimuli.std()).detach()
    return conv_layer, activations
