# about: always 20 classes
# points: 2
# names: hard-coded

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_neurons, n_hidden, 20), nn.NLLLoss()
