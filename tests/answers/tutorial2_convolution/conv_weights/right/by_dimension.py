# about: looks for the parameter with four dimensions
# points: 3

def get_filter_weights(conv_layer):
    for parameter in conv_layer.parameters():
        if parameter.ndim == 4:
            return parameter.detach()
