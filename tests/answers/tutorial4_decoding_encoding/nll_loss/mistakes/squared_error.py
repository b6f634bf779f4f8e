# about: mean squared error
# points: 2.5
# names: squared error

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.MSELoss()
