# about: a single linear layer
# points: 2
# names: another network

def make_classifier(n_neurons, n_hidden, n_classes):
    return nn.Linear(n_neurons, n_classes), nn.NLLLoss()
