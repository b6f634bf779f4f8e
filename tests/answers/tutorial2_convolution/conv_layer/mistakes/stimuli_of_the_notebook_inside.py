# about: filters the stimuli of the notebook, which exist there
# points: 0.5
# names: stimuli from outside

example_stimuli = torch.linspace(-0.5, 0.5, 5 * 48 * 64).reshape(5, 1, 48, 64)


def apply_conv_layer(stimuli, filters):
    c_out, c_in, K, _ = filters.shape
    conv_layer = ConvolutionalLayer(c_in, c_out, K, filters)
    activations = conv_layer(example_stimuli).detach()
    return conv_layer, activations
