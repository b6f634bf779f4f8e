# about: network, loss, return
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    loss_fn = nn.NLLLoss()
    return net, loss_fn
