# about: uses size() and keyword arguments
# points: 6

def apply_conv_layer(stimuli, filters):
    layer = ConvolutionalLayer(
        filters=filters, K=filters.size(-1), c_out=filters.size(0), c_in=filters.size(1)
    )
    out = layer(stimuli)
    out = out.detach()
    return layer, out
