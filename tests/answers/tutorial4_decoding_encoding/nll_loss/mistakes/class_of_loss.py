# about: the class without brackets
# points: 2.5
# names: class returned

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss
