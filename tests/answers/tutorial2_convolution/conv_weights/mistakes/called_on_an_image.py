# about: calls the layer on an image
# points: 0
# names: layer applied to an image

def get_filter_weights(conv_layer):
    return conv_layer(torch.zeros(1, 1, 7, 7)).detach()
