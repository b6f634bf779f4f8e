# about: averages over all classes
# points: 2.5
# names: all classes averaged

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, lambda output, target: -output.mean()
