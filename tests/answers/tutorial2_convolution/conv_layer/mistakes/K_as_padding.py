# about: pads by the whole kernel
# points: 1
# names: padding too wide

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = nn.Conv2d(c_in, c_out, K, padding=K, bias=False)
    conv_layer.weight = nn.Parameter(filters.clone())
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
