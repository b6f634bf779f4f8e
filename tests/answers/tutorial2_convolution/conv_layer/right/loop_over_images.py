# about: treats one image after another and stacks the maps
# points: 6

def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape

    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    maps = []
    for stimulus in stimuli:
        maps.append(conv_layer(stimulus[None])[0].detach())
    return conv_layer, torch.stack(maps)
