# about: the functional form of the same loss
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_neurons, n_hidden, n_classes), F.nll_loss
