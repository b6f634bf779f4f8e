# about: the notebook's network
# points: 0
# names: variable of the notebook used

def make_classifier(n_neurons, n_hidden, n_classes):
    return net_reg, nn.NLLLoss()
