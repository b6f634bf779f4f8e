# about: loss first
# points: 0
# names: pair reversed

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return nn.NLLLoss(), net
