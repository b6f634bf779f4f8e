# about: goes through an array and back
# points: 3

def get_filter_weights(conv_layer):
    weights = conv_layer.conv.weight.detach().numpy().copy()
    return torch.from_numpy(weights)
