# about: a loss for several labels
# points: 2.5
# names: another loss

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.MultiLabelSoftMarginLoss()
