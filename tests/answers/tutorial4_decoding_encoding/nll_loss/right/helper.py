# about: through an inner function
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    def build():
        return DeepNetSoftmax(n_neurons, n_hidden, n_classes)

    return build(), nn.NLLLoss()
