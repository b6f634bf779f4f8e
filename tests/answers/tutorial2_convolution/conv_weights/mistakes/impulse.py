# about: reads the kernels off the answer to a dot
# points: 0
# names: layer applied to an image

def get_filter_weights(conv_layer):
    dot = torch.zeros(1, 1, 7, 7)
    dot[0, 0, 3, 3] = 1
    return conv_layer(dot).detach().flip(2, 3).transpose(0, 1)
