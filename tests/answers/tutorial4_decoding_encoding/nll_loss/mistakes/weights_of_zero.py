# about: sets all weights to zero
# points: 3.5
# names: no random start

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    for values in net.parameters():
        nn.init.zeros_(values)
    return net, nn.NLLLoss()
