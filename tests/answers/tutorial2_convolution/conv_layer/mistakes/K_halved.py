# about: hands over half the kernel as K
# points: 0
# names: K is not the side of the kernels

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K // 2, filters)
    activations = conv_layer(stimuli).detach()
    return conv_layer, activations
