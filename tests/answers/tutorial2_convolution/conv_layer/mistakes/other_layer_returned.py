# about: returns a new layer without the filters
# points: 4.5
# names: filters not handed on

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(stimuli).detach()
    return ConvolutionalLayer(c_in, c_out, K), activations
