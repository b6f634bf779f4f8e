# about: calls the loss at once
# points: 0
# names: loss called at once

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, F.nll_loss()
