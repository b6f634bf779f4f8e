# about: returns an optimiser as well
# points: 0
# names: no pair returned

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss(), optim.SGD(net.parameters(), lr=0.1)
