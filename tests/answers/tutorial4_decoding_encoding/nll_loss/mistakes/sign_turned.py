# about: turns the sign once more
# points: 2.5
# names: sign turned

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, lambda output, target: -F.nll_loss(output, target)
