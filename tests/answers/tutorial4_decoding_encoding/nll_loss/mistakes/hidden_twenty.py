# about: always 20 hidden units
# points: 2
# names: hard-coded

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_neurons, 20, n_classes), nn.NLLLoss()
