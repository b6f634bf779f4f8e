# about: reads a new layer
# points: 0
# names: another layer read

def get_filter_weights(conv_layer):
    c_out, c_in, K, _ = conv_layer.conv.weight.shape
    return ConvolutionalLayer(c_in, c_out, K).conv.weight.detach()
