# about: cross entropy in a function of its own
# points: 3
# names: CrossEntropyLoss

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, lambda output, target: F.cross_entropy(output, target)
