# about: returns a list of the two
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    sizes = (n_neurons, n_hidden, n_classes)
    return [DeepNetSoftmax(*sizes), nn.NLLLoss()]
