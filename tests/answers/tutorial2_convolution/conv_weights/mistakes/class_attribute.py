# about: looks into the class
# points: 0
# names: the class in place of the layer

def get_filter_weights(conv_layer):
    return ConvolutionalLayer.conv.weight.detach()
