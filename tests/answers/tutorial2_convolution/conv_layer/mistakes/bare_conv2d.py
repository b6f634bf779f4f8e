# about: builds a padded nn.Conv2d instead of the given class
# points: 5
# names: layer not a ConvolutionalLayer

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = nn.Conv2d(c_in, c_out, K, padding=K // 2, bias=False)
    conv_layer.weight = nn.Parameter(filters.clone())
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
