# about: network of two sizes
# points: 0
# names: arguments not as asked

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_neurons, n_classes), nn.NLLLoss()
