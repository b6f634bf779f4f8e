# about: builds an nn.Conv2d without padding
# points: 1
# names: no padding

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = nn.Conv2d(c_in, c_out, K)
    conv_layer.weight = nn.Parameter(filters.clone())
    nn.init.zeros_(conv_layer.bias)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
