# about: inputs and hidden units swapped
# points: 2
# names: sizes swapped

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_hidden, n_neurons, n_classes), nn.NLLLoss()
