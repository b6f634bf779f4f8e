# about: forgets the arguments
# points: 0
# names: arguments not as asked

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(), nn.NLLLoss()
