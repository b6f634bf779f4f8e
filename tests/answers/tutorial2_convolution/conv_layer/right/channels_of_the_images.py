# about: takes c_in from the stimuli and c_out from len()
# points: 6

def apply_conv_layer(stimuli, filters):
    conv_layer = ConvolutionalLayer(stimuli.shape[1], len(filters), filters.shape[2], filters=filters)
    return conv_layer, conv_layer.forward(stimuli).detach()
