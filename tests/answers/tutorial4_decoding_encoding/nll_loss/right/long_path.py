# about: torch.nn in full
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    loss = torch.nn.NLLLoss()
    return (DeepNetSoftmax(n_neurons, n_hidden, n_classes), loss)
