# about: takes two sizes
# points: 0
# names: signature changed

def make_classifier(n_neurons, n_hidden):
    return DeepNetSoftmax(n_neurons, n_hidden, 20), nn.NLLLoss()
