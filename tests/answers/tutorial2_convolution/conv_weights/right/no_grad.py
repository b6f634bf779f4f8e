# about: copies without gradient
# points: 3

def get_filter_weights(conv_layer):
    with torch.no_grad():
        return conv_layer.conv.weight.clone()
