# about: the loss left blank
# points: 0
# names: blank left over

def make_classifier(n_neurons, n_hidden, n_classes):
    net = DeepNetSoftmax(n_neurons, n_hidden, n_classes)
    loss_fn = ...
    return net, loss_fn
