# about: the network of the first section
# points: 2
# names: DeepNetReLU returned

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetReLU(n_neurons, n_hidden), nn.NLLLoss()
