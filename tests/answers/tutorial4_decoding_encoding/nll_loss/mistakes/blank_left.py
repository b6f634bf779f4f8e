# about: both blanks left
# points: 0
# names: blank left over

def make_classifier(n_neurons, n_hidden, n_classes):
    net = ...
    loss_fn = ...
    return net, loss_fn
