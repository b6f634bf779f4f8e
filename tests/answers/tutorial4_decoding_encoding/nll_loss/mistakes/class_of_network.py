# about: the class of the network
# points: 1.5
# names: class returned

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax, nn.NLLLoss()
