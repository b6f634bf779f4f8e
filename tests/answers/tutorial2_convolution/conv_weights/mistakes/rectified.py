# about: clips negative weights
# points: 2
# names: sign lost

def get_filter_weights(conv_layer):
    return torch.relu(conv_layer.conv.weight.detach())
