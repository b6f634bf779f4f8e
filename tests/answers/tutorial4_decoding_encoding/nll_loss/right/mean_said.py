# about: averaging said aloud
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(n_neurons, n_hidden, n_classes), nn.NLLLoss(reduction="mean")
