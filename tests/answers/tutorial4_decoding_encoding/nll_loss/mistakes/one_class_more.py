# about: one class more
# points: 2
# names: one class too many

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_neurons, n_hidden, n_classes + 1), nn.NLLLoss()
