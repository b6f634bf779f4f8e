# about: a Gaussian likelihood
# points: 2.5
# names: another likelihood

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.GaussianNLLLoss()
