# about: puts the network in training mode
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes).train()
    return net, nn.NLLLoss()
