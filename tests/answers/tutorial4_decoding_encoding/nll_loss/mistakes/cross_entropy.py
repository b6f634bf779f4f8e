# about: CrossEntropyLoss on log probabilities
# points: 2.5
# names: CrossEntropyLoss

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.CrossEntropyLoss()
