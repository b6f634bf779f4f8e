# about: computes without gradient instead of detaching
# points: 6

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(filters.shape[1], filters.shape[0], filters.shape[3], filters)
    with torch.no_grad():
        activations = conv_layer(stimuli)
    return conv_layer, activations
