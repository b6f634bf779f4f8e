# about: hidden units and classes swapped
# points: 2
# names: hidden units and classes swapped

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_neurons, n_classes, n_hidden), nn.NLLLoss()
