# about: the first size by a name it does not have
# points: 0
# names: n_inputs

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons=n_neurons, n_hidden=n_hidden, n_classes=n_classes)
    return net, nn.NLLLoss()
