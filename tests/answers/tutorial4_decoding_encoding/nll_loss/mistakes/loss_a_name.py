# about: the name of the loss
# points: 2
# names: no loss returned

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, "NLLLoss"
