# about: sizes in reverse order
# points: 2
# names: sizes swapped

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_classes, n_hidden, n_neurons), nn.NLLLoss()
