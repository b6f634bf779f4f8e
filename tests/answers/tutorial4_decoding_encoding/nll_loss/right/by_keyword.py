# about: sizes by keyword
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_inputs=n_neurons, n_classes=n_classes, n_hidden=n_hidden)
    return net, nn.NLLLoss()
