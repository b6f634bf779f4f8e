# about: ignores class 0
# points: 3
# names: a class ignored

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    return net, nn.NLLLoss(ignore_index=0)
