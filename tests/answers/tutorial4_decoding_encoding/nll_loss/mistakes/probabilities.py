# about: probabilities in place of logarithms
# points: 2.5
# names: probabilities in place of

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, lambda output, target: F.nll_loss(output.exp(), target)
