# about: hands the network to the loss
# points: 0
# names: arguments given to the loss

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss(net)
