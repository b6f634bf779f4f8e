# about: evaluates in inference mode
# points: 6

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(*filters.shape[1::-1], filters.shape[2], filters).eval()
    with torch.inference_mode():
        activations = conv_layer(stimuli)
    return conv_layer, activations
