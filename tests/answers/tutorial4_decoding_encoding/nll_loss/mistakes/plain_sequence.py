# about: layers of its own without names
# points: 2
# names: network wrapped up

def make_classifier(n_neurons, n_hidden, n_classes):
    net = nn.Sequential(
        nn.Linear(n_neurons, n_hidden),
        nn.ReLU(),
        nn.Linear(n_hidden, n_classes),
        nn.LogSoftmax(dim=1),
    )
    return net, nn.NLLLoss()
