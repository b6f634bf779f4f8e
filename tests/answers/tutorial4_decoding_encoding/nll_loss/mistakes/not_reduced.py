# about: no averaging
# points: 2.5
# names: no averaging

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss(reduction="none")
