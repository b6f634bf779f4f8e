# about: applies a ReLU
# points: 3
# names: rectified

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = torch.relu(conv_layer(stimuli)).detach()
    return conv_layer, activations
