# about: copies the weight into a new tensor
# points: 3

def get_filter_weights(conv_layer):
    return torch.tensor(conv_layer.conv.weight)
