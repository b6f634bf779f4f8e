# about: misspells the loss
# points: 0
# names: name that the module does not have

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLloss()
